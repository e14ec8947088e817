//! A zlib stream (RFC 1950, 1951) made of what masks are made of: runs of one byte, and rows like the row before. No
//! byte of the picture is ever written out to be compressed.

use super::adler::Adler;
use super::huffman::{self, Code};
use super::symbol::{Symbol, distance_symbol, length_symbol};

/// The longest that a match can be, and the shortest.
const MATCH_MAX: u64 = 258;
const MATCH_MIN: u64 = 3;
/// How far back a match can reach.
pub(super) const REACH: u64 = 32_768;
/// Tokens of one block: enough that its codes cost nothing, few enough that memory stays small.
const BLOCK_TOKENS: usize = 1 << 16;
const END_OF_BLOCK: usize = 256;
const LITERALS: usize = 286;
const DISTANCES: usize = 30;
/// In which order the lengths of the codes for lengths are written.
const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const MATCH: u32 = 1 << 31;

/// Writes a zlib stream behind what `out` holds.
#[derive(Debug)]
pub(super) struct Deflate {
    out: Vec<u8>,
    bits: u64,
    bit_count: u32,
    /// Literals, and matches as length less 3 and distance less 1.
    tokens: Vec<u32>,
    literal_counts: [u32; LITERALS],
    distance_counts: [u32; DISTANCES],
    /// The run that may still grow.
    run: (u8, u64),
    adler: Adler,
}

impl Deflate {
    pub fn new(mut out: Vec<u8>) -> Self {
        out.extend([0x78, 0x01]);
        Self {
            out,
            bits: 0,
            bit_count: 0,
            tokens: Vec::new(),
            literal_counts: [0; LITERALS],
            distance_counts: [0; DISTANCES],
            run: (0, 0),
            adler: Adler::default(),
        }
    }

    /// So many bytes of one value.
    #[inline]
    pub fn run(&mut self, byte: u8, count: u64) {
        if self.run.0 == byte {
            self.run.1 += count;
        } else if count > 0 {
            self.flush_run();
            self.run = (byte, count);
        }
    }

    /// So many times two bytes that differ.
    pub fn pair(&mut self, bytes: [u8; 2], count: u64) {
        for byte in bytes {
            self.run(byte, count.min(1));
        }
        let rest = 2 * count.saturating_sub(1);
        if rest < MATCH_MIN {
            (0..rest).for_each(|at| self.run(bytes[usize::from(at % 2 == 1)], 1));
            return;
        }
        self.flush_run();
        // Two bytes again and again are a block like any other.
        let after = bytes.iter().fold(self.adler, |adler, byte| adler.run(*byte, 1));
        self.adler = self.adler.again(self.adler.until(after, 2), rest / 2);
        self.copy(rest, 2);
    }

    /// Where the sums stand: what lies between two such places is a block. The open run may go on.
    pub fn mark(&self) -> Adler {
        let (byte, count) = self.run;
        self.adler.run(byte, count)
    }

    /// The last `bytes` bytes, which followed this mark, again and again. They are at least three, at most `REACH`.
    pub fn again(&mut self, mark: Adler, bytes: u64, times: u64) {
        self.flush_run();
        self.adler = self.adler.again(mark.until(self.adler, bytes), times);
        self.copy(bytes * times, bytes);
    }

    /// Ends the stream and gives back the bytes.
    pub fn finish(mut self) -> Vec<u8> {
        self.flush_run();
        self.block(true);
        let rest = self.bit_count.div_ceil(8) as usize;
        self.out.extend(self.bits.to_le_bytes().iter().take(rest));
        self.out.extend(self.adler.value().to_be_bytes());
        self.out
    }

    fn flush_run(&mut self) {
        let (byte, count) = std::mem::take(&mut self.run);
        if count == 0 {
            return;
        }
        self.adler = self.adler.run(byte, count);
        let rest = count - 1;
        self.literal(byte);
        if rest < MATCH_MIN {
            (0..rest).for_each(|_| self.literal(byte));
        } else {
            self.copy(rest, 1);
        }
    }

    #[inline]
    fn literal(&mut self, byte: u8) {
        self.literal_counts[usize::from(byte)] += 1;
        self.token(u32::from(byte));
    }

    /// Bytes from so far back, at least three.
    fn copy(&mut self, bytes: u64, distance: u64) {
        let back = (distance - 1) as u32;
        let (mut longest, rest) = (bytes / MATCH_MAX, bytes % MATCH_MAX);
        // What is left over must not be too short: then one of the longest lends it some.
        let lasts = match rest {
            0 => [0, 0],
            rest if rest < MATCH_MIN => {
                longest -= 1;
                [MATCH_MAX - MATCH_MIN, rest + MATCH_MIN]
            }
            rest => [rest, 0],
        };
        self.matches(MATCH_MAX, back, longest);
        for last in lasts.into_iter().filter(|last| *last > 0) {
            self.matches(last, back, 1);
        }
    }

    /// The same match so many times.
    fn matches(&mut self, bytes: u64, back: u32, mut times: u64) {
        let length = (bytes - MATCH_MIN) as u32;
        let (length_symbol, distance_symbol) = (length_symbol(length), distance_symbol(back));
        let token = MATCH | length << 16 | back;
        while times > 0 {
            let room = BLOCK_TOKENS - self.tokens.len();
            let now = usize::try_from(times).unwrap_or(room).min(room);
            self.tokens.resize(self.tokens.len() + now, token);
            // No more than the tokens of a block.
            self.literal_counts[length_symbol.symbol] += now as u32;
            self.distance_counts[distance_symbol.symbol] += now as u32;
            times -= now as u64;
            if self.tokens.len() == BLOCK_TOKENS {
                self.block(false);
            }
        }
    }

    #[inline]
    fn token(&mut self, token: u32) {
        self.tokens.push(token);
        if self.tokens.len() == BLOCK_TOKENS {
            self.block(false);
        }
    }

    #[inline]
    fn put(&mut self, bits: u64, length: u32) {
        self.bits |= bits << self.bit_count;
        self.bit_count += length;
        if self.bit_count >= 32 {
            self.out.extend((self.bits as u32).to_le_bytes());
            self.bits >>= 32;
            self.bit_count -= 32;
        }
    }

    #[inline]
    fn put_code(&mut self, code: Code) {
        self.put(u64::from(code.bits), u32::from(code.length));
    }

    /// Writes the tokens so far with codes of their own.
    fn block(&mut self, is_last: bool) {
        self.literal_counts[END_OF_BLOCK] += 1;
        let literals = huffman::lengths(&self.literal_counts, 15);
        let distances = huffman::lengths(&self.distance_counts, 15);
        self.put(u64::from(is_last), 1);
        self.put(2, 2);
        self.code_lengths(&literals, &distances);
        let (literals, distances) = (huffman::codes(&literals), huffman::codes(&distances));
        let tokens = std::mem::take(&mut self.tokens);
        for same in tokens.chunk_by(|one, other| one == other) {
            let token = same[0];
            if token & MATCH == 0 {
                let code = literals[token as usize & 0xff];
                same.iter().for_each(|_| self.put_code(code));
                continue;
            }
            let length = length_symbol(token >> 16 & 0xff);
            let distance = distance_symbol(token & 0x7fff);
            let (first, first_length) = joined(literals[length.symbol], length);
            let (second, second_length) = joined(distances[distance.symbol], distance);
            for _ in same {
                self.put(first, first_length);
                self.put(second, second_length);
            }
        }
        self.put_code(literals[END_OF_BLOCK]);
        self.tokens = tokens;
        self.tokens.clear();
        self.literal_counts.fill(0);
        self.distance_counts.fill(0);
    }

    /// Says which codes are used: their lengths, in turn coded.
    fn code_lengths(&mut self, literals: &[u8], distances: &[u8]) {
        let used = |lengths: &[u8], least: usize| {
            let last = lengths.iter().rposition(|length| *length > 0);
            last.map_or(least, |last| (last + 1).max(least))
        };
        let (literal_count, distance_count) = (used(literals, 257), used(distances, 1));
        let mut all = literals[..literal_count].to_vec();
        all.extend(&distances[..distance_count]);
        let coded = shortened(&all);
        let mut counts = [0_u32; 19];
        for (symbol, ..) in &coded {
            counts[*symbol] += 1;
        }
        let lengths = huffman::lengths(&counts, 7);
        let codes = huffman::codes(&lengths);
        let kept = ORDER.iter().rposition(|symbol| lengths[*symbol] > 0);
        let kept = kept.map_or(4, |last| (last + 1).max(4));
        self.put((literal_count - 257) as u64, 5);
        self.put((distance_count - 1) as u64, 5);
        self.put((kept - 4) as u64, 4);
        for symbol in &ORDER[..kept] {
            self.put(u64::from(lengths[*symbol]), 3);
        }
        for (symbol, extra, extra_length) in coded {
            self.put_code(codes[symbol]);
            self.put(extra, extra_length);
        }
    }
}

/// A code and the bits that follow it.
fn joined(code: Code, symbol: Symbol) -> (u64, u32) {
    let bits = u64::from(code.bits) | symbol.extra << code.length;
    (bits, u32::from(code.length) + u32::from(symbol.extra_length))
}

/// Lengths of codes with their repetitions named: symbol, what follows it, and how many bits that has.
fn shortened(lengths: &[u8]) -> Vec<(usize, u64, u32)> {
    let mut coded = Vec::new();
    for same in lengths.chunk_by(|one, other| one == other) {
        let mut left = same.len() as u64;
        let length = usize::from(same[0]);
        if length > 0 {
            coded.push((length, 0, 0));
            left -= 1;
        }
        while left > 0 {
            let (now, symbol) = match (length, left) {
                (_, 1..3) => (1, (length, 0, 0)),
                (0, 3..11) => (left, (17, left - 3, 3)),
                (0, _) => (left.min(138), (18, left.min(138) - 11, 7)),
                _ => (left.min(6), (16, left.min(6) - 3, 2)),
            };
            coded.push(symbol);
            left -= now;
        }
    }
    coded
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, Clone)]
    enum Step {
        Run(u8, u64),
        Pair([u8; 2], u64),
        Again(Vec<(u8, u64)>, u64),
    }

    fn step() -> impl Strategy<Value = Step> {
        let run = || (prop_oneof![Just(0), Just(255), any::<u8>()], 0..1000_u64);
        prop_oneof![
            run().prop_map(|(byte, count)| Step::Run(byte, count)),
            ([any::<u8>(), any::<u8>()], 0..700_u64).prop_map(|(bytes, count)| Step::Pair(bytes, count)),
            (proptest::collection::vec(run(), 1..5), 0..90_u64)
                .prop_map(|(runs, times)| Step::Again(runs, times)),
        ]
    }

    /// What the steps say, byte by byte, and as the stream.
    fn write(steps: &[Step]) -> (Vec<u8>, Vec<u8>) {
        let (mut plain, mut stream) = (Vec::new(), Deflate::new(Vec::new()));
        for step in steps {
            match step {
                Step::Run(byte, count) => {
                    plain.extend(std::iter::repeat_n(*byte, *count as usize));
                    stream.run(*byte, *count);
                }
                Step::Pair(bytes, count) => {
                    (0..*count).for_each(|_| plain.extend(bytes));
                    stream.pair(*bytes, *count);
                }
                Step::Again(runs, times) => {
                    let (mark, begin) = (stream.mark(), plain.len());
                    for (byte, count) in runs {
                        plain.extend(std::iter::repeat_n(*byte, *count as usize));
                        stream.run(*byte, *count);
                    }
                    let block = plain[begin..].to_vec();
                    if (MATCH_MIN..=REACH).contains(&(block.len() as u64)) {
                        (0..*times).for_each(|_| plain.extend(&block));
                        stream.again(mark, block.len() as u64, *times);
                    }
                }
            }
        }
        (plain, stream.finish())
    }

    fn unpacked(stream: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        flate2::read::ZlibDecoder::new(stream)
            .read_to_end(&mut bytes)
            .unwrap();
        bytes
    }

    proptest! {
        #[test]
        fn zlib_reads_what_was_meant(steps in proptest::collection::vec(step(), 0..30)) {
            let (plain, stream) = write(&steps);
            prop_assert_eq!(unpacked(&stream), plain);
        }
    }

    #[test]
    fn every_length_can_be_copied() {
        for count in 0..=1100 {
            let steps = [
                Step::Run(9, count),
                Step::Run(8, 1),
                Step::Again(vec![(1, 1), (2, 2)], count),
            ];
            let (plain, stream) = write(&steps);
            assert_eq!(unpacked(&stream), plain, "{count}");
        }
    }

    #[test]
    fn every_distance_can_be_reached() {
        for count in [3, 4, 5, 257, 258, 259, 24_576, 24_577, 32_767, 32_768] {
            let steps = [Step::Again(vec![(1, 1), (2, count - 1)], 3)];
            let (plain, stream) = write(&steps);
            assert_eq!(plain.len() as u64, 4 * count);
            assert_eq!(unpacked(&stream), plain, "{count}");
        }
    }

    #[test]
    fn long_runs_are_summed_as_they_are() {
        for step in [
            Step::Run(255, (3 << 20) + 5),
            Step::Again(vec![(255, 200), (1, 55)], 40_000),
            Step::Pair([255, 254], 5_000_000),
        ] {
            let (plain, stream) = write(&[step]);
            assert!(unpacked(&stream) == plain);
            assert!(stream.len() * 200 < plain.len());
        }
    }

    #[test]
    fn more_tokens_than_a_block_has_are_several_blocks() {
        let steps: Vec<_> = (0..150_000_u32)
            .map(|n| Step::Run((n * 7 % 251) as u8, 1))
            .collect();
        let (plain, stream) = write(&steps);
        assert!(unpacked(&stream) == plain);
    }
}
