// Documents as people paste them into AWS, which reads no character beyond U+00FF in a policy: these are JSON escapes.
export function pastable(document: unknown): string {
  const escape = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(document, null, 2).replace(/[\u0100-\uffff]/g, escape);
}
