//! Huffman codes for a block: how many bits each symbol gets, and which (RFC 1951, section 3.2.2).

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The bits of a symbol, the first one lowest, and how many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Code {
    pub bits: u16,
    pub length: u8,
}

/// How many bits each symbol gets, none of them more than `longest`. A symbol that stands alone gets one bit.
pub(super) fn lengths(counts: &[u32], longest: u8) -> Vec<u8> {
    let mut counts = counts.to_vec();
    loop {
        let lengths = unbounded(&counts);
        if lengths.iter().all(|length| *length <= longest) {
            return lengths;
        }
        // Rare symbols become less rare, until the tree is flat enough. All of them equal is flat.
        for count in counts.iter_mut().filter(|count| **count > 0) {
            *count = *count / 2 + 1;
        }
    }
}

fn unbounded(counts: &[u32]) -> Vec<u8> {
    let mut lengths = vec![0_u8; counts.len()];
    let used = || (0..counts.len()).filter(|symbol| counts[*symbol] > 0);
    // Trees by weight, then by age: which symbols came first decides, so that equal input has equal codes.
    let mut trees: BinaryHeap<Reverse<(u64, usize)>> = used()
        .enumerate()
        .map(|(node, symbol)| Reverse((u64::from(counts[symbol]), node)))
        .collect();
    let leaves = trees.len();
    if leaves == 1 {
        used().for_each(|symbol| lengths[symbol] = 1);
        return lengths;
    }
    let mut parents = vec![0_usize; leaves];
    while let (Some(Reverse((one, left))), Some(Reverse((other, right)))) = (trees.pop(), trees.pop()) {
        let node = parents.len();
        (parents[left], parents[right]) = (node, node);
        parents.push(node);
        // The last pair leaves the root alone, which ends the loop.
        if trees.is_empty() {
            break;
        }
        trees.push(Reverse((one + other, node)));
    }
    // Parents are younger than their children, so that their depth is known first.
    let mut depths = vec![0_u8; parents.len()];
    for node in (0..parents.len()).rev() {
        if parents[node] != node {
            depths[node] = depths[parents[node]].saturating_add(1);
        }
    }
    for (symbol, depth) in used().zip(depths) {
        lengths[symbol] = depth;
    }
    lengths
}

/// The codes that follow from the lengths.
pub(super) fn codes(lengths: &[u8]) -> Vec<Code> {
    let mut of_length = [0_u16; 16];
    for length in lengths.iter().filter(|length| **length > 0) {
        of_length[usize::from(*length & 15)] += 1;
    }
    let mut next = [0_u16; 16];
    for length in 1..16 {
        next[length] = (next[length - 1] + of_length[length - 1]) << 1;
    }
    let code = |length: &u8| {
        let bits = &mut next[usize::from(*length & 15)];
        let code = Code {
            bits: bits
                .reverse_bits()
                .checked_shr(16 - u32::from(*length))
                .unwrap_or_default(),
            length: *length,
        };
        if *length > 0 {
            *bits += 1;
        }
        code
    };
    lengths.iter().map(code).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How much of all codes is taken, in parts of 2 to the power of 15; all of them are `1 << 15`.
    fn taken(lengths: &[u8]) -> u32 {
        let used = lengths.iter().filter(|length| **length > 0);
        used.map(|length| 1 << (15 - length)).sum()
    }

    #[test]
    fn frequent_symbols_are_short() {
        assert_eq!(lengths(&[5, 0, 1, 1, 0, 2], 15), [1, 0, 3, 3, 0, 2]);
        assert_eq!(lengths(&[0, 7, 0], 15), [0, 1, 0]);
        assert_eq!(lengths(&[0, 0], 15), [0, 0]);
        assert_eq!(lengths(&[1, 1], 15), [1, 1]);
    }

    #[test]
    fn no_code_is_too_long_and_none_is_wasted() {
        let mut counts = vec![1_u32, 1];
        for n in 2..40 {
            counts.push(counts[n - 1].saturating_add(counts[n - 2]));
        }
        for longest in [7, 15] {
            let lengths = lengths(&counts, longest);
            assert!(lengths.iter().all(|length| (1..=longest).contains(length)));
            assert_eq!(taken(&lengths), 1 << 15);
        }
    }

    #[test]
    fn codes_are_those_of_the_specification() {
        // Section 3.2.2: ABCDEFGH with the lengths (3, 3, 3, 3, 3, 2, 4, 4).
        let found = codes(&[3, 3, 3, 3, 3, 2, 4, 4]);
        let bits = found
            .iter()
            .map(|code| code.bits.reverse_bits() >> (16 - code.length));
        assert_eq!(
            bits.collect::<Vec<_>>(),
            [0b010, 0b011, 0b100, 0b101, 0b110, 0b00, 0b1110, 0b1111]
        );
    }
}
