// The name of a bucket out of whatever people have at hand for it: its ARN, an s3:// address or a URL.
const ARN = /^arn:[a-z-]+:s3:::([^/*]+)/;
const S3 = /^s3:\/\/([^/]+)/;
const HOST = /^https?:\/\/([^/]+)\.s3[.-][^/]*amazonaws\.com(?:\.cn)?(?:\/|$)/;
const PATH = /^https?:\/\/s3[.-][^/]*amazonaws\.com(?:\.cn)?\/([^/]+)/;

/** `text` itself where it is none of these: then it is a name already, or the hub says what is wrong with it. */
export function bucketName(text: string): string {
  for (const form of [ARN, S3, HOST, PATH]) {
    const [, name] = form.exec(text) ?? [];
    if (name) return name;
  }
  return text;
}
