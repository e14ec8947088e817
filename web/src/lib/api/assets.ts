// Questions to the hub about the assets of a project: pages of them, one, signed addresses.
import { answer, hub } from './client';
import type { AssetState } from './types';

export type AssetSort =
  | '-createdAt'
  | 'createdAt'
  | 'externalId'
  | '-externalId'
  | '-completedAt'
  | 'completedAt'
  | '-duration'
  | 'duration';

/** What an answer has to use, or may not: a class, a question, or one of its options. */
export type AnswerCondition = { schemaId: string; option?: string; exists: boolean };

type Times = { $gte?: string; $lt?: string };

export type AssetFilters = {
  externalIdPrefix?: string;
  /** None of these, by id. */
  except?: string[];
  stage?: string;
  status?: string;
  reviewStatus?: string;
  /** An e-mail address, or `nobody`. */
  assignee?: string;
  createdAt?: Times;
  completedAt?: Times;
  answers?: AnswerCondition[];
  batches?: string[];
  storage?: string;
  isPreLabeled?: boolean;
  state?: AssetState;
};

/** How many assets one question brings: a screenful of the largest screen and some more. */
export const ASSETS_PER_PAGE = 200;
/** The most ids that the hub takes in one question about many. */
export const IDS_AT_ONCE = 1000;

export function listAssets(
  projectId: string,
  question: { cursor: string | null; sort: AssetSort; filters: AssetFilters; signal?: AbortSignal },
) {
  const { cursor, sort, filters, signal } = question;
  const query = {
    limit: ASSETS_PER_PAGE,
    sort,
    ...(cursor ? { cursor } : {}),
    ...(Object.keys(filters).length ? { filters: JSON.stringify(filters) } : {}),
  };
  return answer(
    hub.GET('/v2/project/{project}/assets', { params: { path: { project: projectId }, query }, signal }),
  );
}

export async function getAsset(projectId: string, assetId: string) {
  const params = { path: { project: projectId, asset: assetId } };
  return (await answer(hub.GET('/v2/project/{project}/assets/{asset}', { params }))).asset;
}

/** `afterRefusal`: the bucket refused what was signed for one of them before. */
export async function signAssets(projectId: string, assets: string[], afterRefusal = false) {
  const params = { path: { project: projectId } };
  const body = { assets, afterRefusal };
  return (await answer(hub.POST('/v2/project/{project}/assets/sign', { params, body }))).urls;
}
