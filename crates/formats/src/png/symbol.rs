//! How lengths and distances of matches are spelled (RFC 1951, section 3.2.5).

/// The symbol of a length or distance, how many bits follow it, and which.
#[derive(Debug, Clone, Copy)]
pub(super) struct Symbol {
    pub symbol: usize,
    pub extra: u64,
    pub extra_length: u8,
}

/// The symbol of a number that counts from 0, where every `2 << group_bits` symbols one bit more follows.
fn symbol(value: u32, group_bits: u32) -> Symbol {
    let bits = 31_u32.saturating_sub(value.leading_zeros());
    let extra_length = bits.saturating_sub(group_bits);
    let within = value & ((1 << extra_length) - 1);
    Symbol {
        symbol: ((extra_length << group_bits) + (value >> extra_length)) as usize,
        extra: u64::from(within),
        extra_length: extra_length as u8,
    }
}

/// Of a length less 3.
pub(super) fn length_symbol(length: u32) -> Symbol {
    if length == 255 {
        // The longest has a symbol of its own.
        return Symbol {
            symbol: 285,
            extra: 0,
            extra_length: 0,
        };
    }
    let found = symbol(length, 2);
    Symbol {
        symbol: found.symbol + 257,
        ..found
    }
}

/// Of a distance less 1.
pub(super) fn distance_symbol(distance: u32) -> Symbol {
    symbol(distance, 1)
}
