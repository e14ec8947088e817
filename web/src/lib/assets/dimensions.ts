// The hub learns what a picture measures from whoever shows it first, when it does not know: masks need it.
import { tellDimensions } from '$lib/api/tasks';

type Measurable = { _id: string; project: string; metadata?: { width?: number; height?: number } };
type Size = { width: number; height: number };

export function shownFirst(asset: Measurable, { width, height }: Size) {
  if (asset.metadata?.width && asset.metadata.height) return;
  // Whoever may not tell it leaves it to the next.
  tellDimensions(asset.project, asset._id, { width, height }).catch(() => {});
}
