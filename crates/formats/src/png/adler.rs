//! Adler's checksum (RFC 1950, section 8.2) over runs and repetitions, without looking at the bytes one by one.

/// A prime, below which both sums stay.
const PRIME: u64 = 65_521;

/// The sum of all bytes and the sum of these sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Adler {
    one: u64,
    two: u64,
}

/// Some bytes, as the sums see them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block {
    bytes: u64,
    one: u64,
    two: u64,
}

impl Default for Adler {
    fn default() -> Self {
        Self { one: 1, two: 0 }
    }
}

impl Adler {
    /// Behind so many bytes of one value.
    pub fn run(self, byte: u8, mut count: u64) -> Self {
        let Self { mut one, mut two } = self;
        let value = u64::from(byte);
        while count > 0 {
            // So many that the numbers fit easily.
            let now = count.min(1 << 20);
            two = (two + now * one + value * (now * (now + 1) / 2)) % PRIME;
            one = (one + now * value) % PRIME;
            count -= now;
        }
        Self { one, two }
    }

    /// The bytes that led from here to there, which are so many.
    pub fn until(self, there: Self, bytes: u64) -> Block {
        let of_before = bytes % PRIME * self.one % PRIME;
        Block {
            bytes,
            one: (there.one + PRIME - self.one) % PRIME,
            two: (there.two + 2 * PRIME - self.two - of_before) % PRIME,
        }
    }

    /// Behind the same bytes again and again.
    pub fn again(self, block: Block, mut times: u64) -> Self {
        let Self { mut one, mut two } = self;
        while times > 0 {
            let now = times.min(1 << 15);
            let before_each = now * one % PRIME + now * (now - 1) / 2 % PRIME * block.one;
            two = (two + block.bytes % PRIME * (before_each % PRIME) + now * block.two) % PRIME;
            one = (one + now * block.one) % PRIME;
            times -= now;
        }
        Self { one, two }
    }

    pub fn value(self) -> u32 {
        (self.two as u32) << 16 | self.one as u32
    }
}
