// The stages of a task as dots: not begun, under way, done; always beside their word.
import type { Stage } from '$lib/api/tasks';
import type { DotState } from '$ui/StateDot.svelte';

export const STAGES: Stage[] = ['Label', 'Review', 'Complete'];

export const stageDots: Record<Stage, DotState> = { Label: 'idle', Review: 'working', Complete: 'good' };
