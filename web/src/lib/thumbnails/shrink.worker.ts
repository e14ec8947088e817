// Decodes a picture and makes it small, away from the page's thread.
export type ShrinkRequest = { ticket: number; picture: Blob; edge: number };
export type ShrinkAnswer =
  { ticket: number; small: Blob; width: number; height: number } | { ticket: number; failed: true };

async function shrink({ ticket, picture, edge }: ShrinkRequest): Promise<ShrinkAnswer> {
  // Pixels as people see them: the orientation that a camera noted is applied before anything is measured.
  const bitmap = await createImageBitmap(picture, { imageOrientation: 'from-image' });
  const { width, height } = bitmap;
  const scale = Math.min(1, edge / Math.max(width, height));
  const canvas = new OffscreenCanvas(
    Math.max(1, Math.round(width * scale)),
    Math.max(1, Math.round(height * scale)),
  );
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no canvas');
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const small = await canvas.convertToBlob({ type: 'image/webp', quality: 0.86 });
  return { ticket, small, width, height };
}

self.onmessage = (event: MessageEvent<ShrinkRequest>) => {
  const { ticket } = event.data;
  shrink(event.data)
    .catch((): ShrinkAnswer => ({ ticket, failed: true }))
    .then((answer) => self.postMessage(answer));
};
