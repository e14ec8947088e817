import { expect, it } from 'vitest';
import { changeFilter, isAddress, isFiltered, readQuestion, urlFilter, writeQuestion } from './question';

const read = (text: string) => readQuestion(new URLSearchParams(text));

it('keeps what is asked in the address, and only what the record can be asked by', () => {
  for (const text of [
    '',
    'person=1&kind=storage&from=2026-01-31',
    'view=urls&project=2&asset=3&to=2026-02-01',
    'view=urls&purpose=upload&address=203.0.113.9',
  ]) {
    expect(writeQuestion(read(text)).toString()).toBe(text);
  }
  expect(writeQuestion(read('view=urls&kind=storage&subject=project:1')).toString()).toBe('view=urls');
  expect(isFiltered(read('view=urls&kind=storage'))).toBe(false);
  expect(isFiltered(read('kind=storage'))).toBe(true);
});

it('asks for whole days, the last one included', () => {
  const { from, to } = changeFilter(read('from=2026-01-31&to=2026-01-31'));
  expect(new Date(to ?? '').getTime() - new Date(from ?? '').getTime()).toBe(24 * 60 * 60 * 1000);
  expect(new Date(from ?? '').getDate()).toBe(31);
});

it('leaves out what is not asked, and what is no day', () => {
  expect(changeFilter(read('from=yesterday'))).toEqual({
    actor: undefined,
    action: undefined,
    subject: undefined,
    from: undefined,
    to: undefined,
  });
  expect(urlFilter(read('view=urls&person=1')).user).toBe('1');
});

it('asks by purpose and address, and takes for an address what looks like one', () => {
  const asked = urlFilter(read('view=urls&purpose=test&address=2001:db8::7'));
  expect(asked).toMatchObject({ purpose: 'test', address: '2001:db8::7' });
  expect(isFiltered(read('view=urls&address=192.0.2.7'))).toBe(true);
  expect(['192.0.2.7', '::1', '::ffff:192.0.2.7'].map(isAddress)).toEqual([true, true, true]);
  expect(['', 'ada', '192.0.2', 'example.com', 'cafe'].map(isAddress)).toEqual(Array(5).fill(false));
});

it('asks for an asset by its ID where it looks like one, and else by what lists call it', () => {
  const asked = (asset: string) => urlFilter(readQuestion(new URLSearchParams({ view: 'urls', asset })));
  expect(asked('01a21a21283fd3fffc3e1624')).toMatchObject({ asset: '01a21a21283fd3fffc3e1624' });
  expect(asked('01a21a21283fd3fffc3e1624').externalId).toBeUndefined();
  expect(asked('img_0042.jpg')).toMatchObject({ externalId: 'img_0042.jpg', asset: undefined });
});
