import { expect, it } from 'vitest';
import { Rate } from './rate';

it('tells the rate and the time left of steady work', () => {
  const rate = new Rate();
  for (let second = 0; second <= 5; second++) rate.see(second * 200, second * 1000);
  expect(rate.perSecond).toBeCloseTo(200);
  expect(rate.secondsLeft(2000)).toBeCloseTo(5);
});

it('says nothing before two looks, and starts again when the count goes back', () => {
  const rate = new Rate();
  rate.see(10, 0);
  expect(rate.secondsLeft(100)).toBeNull();
  rate.see(20, 1000);
  rate.see(5, 2000);
  expect(rate.secondsLeft(100)).toBeNull();
});

it('slows down when the work pauses', () => {
  const rate = new Rate();
  rate.see(0, 0);
  rate.see(1000, 1000);
  rate.see(1000, 5000);
  expect(rate.perSecond).toBeLessThan(500);
});

it('counts nothing of a time in which nobody could look', () => {
  const rate = new Rate();
  for (let second = 0; second <= 3; second++) rate.see(second * 1000, second * 1000);
  rate.see(4_000, 18_000);
  expect(rate.secondsLeft(10_000)).toBeNull();
  rate.see(5_000, 19_000);
  expect(rate.perSecond).toBeCloseTo(1000);
  expect(rate.secondsLeft(10_000)).toBeCloseTo(5);
});

it('tells the rate of what is always seen seldom', () => {
  const rate = new Rate();
  for (let look = 0; look <= 3; look++) rate.see(look * 80, look * 8_000);
  expect(rate.perSecond).toBeCloseTo(10);
});
