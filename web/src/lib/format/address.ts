// An asset's address taken apart for reading: which bucket, which key. The hub decides what an address means; this only shows it.
export type ShownAddress = { bucket: string; key: string };

const AWS_HOST =
  /^(?:(?<bucket>.+)\.)?s3(?:[.-](?:dualstack\.|fips\.|accelerate\.)?[a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?$/;

/** The bucket and the decoded key of an address; for other addresses the host and the path. */
export function shownAddress(data: string): ShownAddress {
  let url: URL;
  try {
    url = new URL(data);
  } catch {
    return { bucket: '', key: data };
  }
  // URL folds what a key may hold ("//" stays, "." segments go), so the text itself is cut, not `pathname`.
  const afterScheme = data.slice(data.indexOf('://') + 3);
  const slash = afterScheme.indexOf('/');
  const path = slash < 0 ? '' : afterScheme.slice(slash + 1).replace(/[?#].*$/, '');
  const aws = AWS_HOST.exec(url.host);
  if (url.protocol === 's3:' || aws?.groups?.bucket) {
    return { bucket: aws?.groups?.bucket ?? url.host, key: decoded(path) };
  }
  if (aws) {
    const [bucket = '', ...rest] = path.split('/');
    return { bucket: decoded(bucket), key: decoded(rest.join('/')) };
  }
  return { bucket: url.host, key: decoded(path) };
}

/** The last part of a key: what a person calls the file. */
export function fileName(data: string): string {
  const { key, bucket } = shownAddress(data);
  return key.split('/').filter(Boolean).at(-1) ?? bucket;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
