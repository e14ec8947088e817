import { expect, it } from 'vitest';
import { bucketName } from './bucketName';

it.each([
  ['arn:aws:s3:::walk-photos', 'walk-photos'],
  ['arn:aws:s3:::walk-photos/*', 'walk-photos'],
  ['arn:aws-cn:s3:::walk.photos', 'walk.photos'],
  ['s3://walk-photos/2026/', 'walk-photos'],
  ['https://walk-photos.s3.eu-central-1.amazonaws.com/a.jpg', 'walk-photos'],
  ['https://walk.photos.s3-us-west-2.amazonaws.com', 'walk.photos'],
  ['https://s3.cn-north-1.amazonaws.com.cn/walk-photos/a.jpg', 'walk-photos'],
])('finds the bucket of %s', (text, name) => {
  expect(bucketName(text)).toBe(name);
});

it.each(['walk-photos', 'arn:aws:iam::111122223333:role/x', 's3://', 'https://example.com/walk-photos'])(
  'leaves %s as it is',
  (text) => {
    expect(bucketName(text)).toBe(text);
  },
);
