//! The scanner that finds the end of one JSON value in bytes that arrive in any pieces.
//!
//! It counts brackets, remembers the kind of the first 128, and knows strings and escapes; it neither recurses nor
//! allocates. Each byte is looked at once, so the pieces' borders cannot matter.

use memchr::memchr2;

/// What a piece of text told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The value goes on behind this piece.
    More,
    /// The value ended; it took this many bytes of the piece.
    End(usize),
    /// A bracket closes one of the other kind.
    Mismatch { at: usize, found: u8 },
}

/// The state between two pieces.
#[derive(Debug, Clone, Default)]
pub struct ValueScanner {
    depth: u64,
    deepest: u64,
    /// One bit for each open bracket up to `REMEMBERED`, the innermost lowest: set if it is square.
    kinds: u128,
    mode: Mode,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Mode {
    #[default]
    Start,
    /// Inside a bracket, outside strings.
    Between,
    Text,
    Escape,
    /// A number, `true`, or anything else without brackets and quotes.
    Bare,
}

/// Deeper brackets are counted only: the row is refused as too deep anyway.
const REMEMBERED: u64 = 128;

impl ValueScanner {
    /// How deep the brackets went so far.
    pub fn deepest(&self) -> u64 {
        self.deepest
    }

    /// Whether the text so far ends inside a string.
    pub fn is_in_text(&self) -> bool {
        matches!(self.mode, Mode::Text | Mode::Escape)
    }

    /// Whether the text so far ends inside a bare word, which the end of the text may end as well.
    pub fn is_in_bare_word(&self) -> bool {
        self.mode == Mode::Bare
    }

    /// Reads the next piece. The first byte ever given must be the value's first.
    pub fn scan(&mut self, piece: &[u8]) -> Step {
        let mut at = 0;
        loop {
            match self.mode {
                Mode::Start => match piece.first() {
                    None => return Step::More,
                    Some(b'{' | b'[') => self.mode = Mode::Between,
                    Some(b'"') => {
                        self.mode = Mode::Text;
                        at = 1;
                    }
                    Some(_) => self.mode = Mode::Bare,
                },
                Mode::Between => match self.scan_between(piece, &mut at) {
                    Some(step) => return step,
                    None => self.mode = Mode::Text,
                },
                Mode::Text => {
                    let Some(found) = memchr2(b'"', b'\\', &piece[at..]) else {
                        return Step::More;
                    };
                    at += found + 1;
                    if piece[at - 1] == b'\\' {
                        self.mode = Mode::Escape;
                    } else if self.depth == 0 {
                        return Step::End(at);
                    } else {
                        self.mode = Mode::Between;
                    }
                }
                Mode::Escape => {
                    if at == piece.len() {
                        return Step::More;
                    }
                    at += 1;
                    self.mode = Mode::Text;
                }
                Mode::Bare => {
                    let end = piece[at..].iter().position(|byte| ends_bare_word(*byte));
                    return end.map_or(Step::More, |count| Step::End(at + count));
                }
            }
        }
    }

    /// Counts brackets up to the next quote (nothing returned), the end of the value, or the end of the piece.
    #[inline]
    fn scan_between(&mut self, piece: &[u8], at: &mut usize) -> Option<Step> {
        for (count, byte) in piece[*at..].iter().enumerate() {
            match CLASSES[usize::from(*byte)] {
                OTHER => {}
                QUOTE => {
                    *at += count + 1;
                    return None;
                }
                OPEN => self.open(*byte),
                _ => {
                    if !self.close(*byte) {
                        return Some(Step::Mismatch {
                            at: *at + count,
                            found: *byte,
                        });
                    }
                    if self.depth == 0 {
                        return Some(Step::End(*at + count + 1));
                    }
                }
            }
        }
        Some(Step::More)
    }

    fn open(&mut self, byte: u8) {
        if self.depth < REMEMBERED {
            self.kinds = self.kinds << 1 | u128::from(byte == b'[');
        }
        self.depth += 1;
        self.deepest = self.deepest.max(self.depth);
    }

    /// False if the innermost bracket is of the other kind.
    fn close(&mut self, byte: u8) -> bool {
        if self.depth <= REMEMBERED {
            if (self.kinds & 1 == 1) != (byte == b']') {
                return false;
            }
            self.kinds >>= 1;
        }
        self.depth = self.depth.saturating_sub(1);
        true
    }
}

fn ends_bare_word(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b',' | b'"') || CLASSES[usize::from(byte)] != OTHER
}

const OTHER: u8 = 0;
const QUOTE: u8 = 1;
const OPEN: u8 = 2;
const CLOSE: u8 = 3;

static CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut table = [OTHER; 256];
    table[b'"' as usize] = QUOTE;
    table[b'{' as usize] = OPEN;
    table[b'[' as usize] = OPEN;
    table[b'}' as usize] = CLOSE;
    table[b']' as usize] = CLOSE;
    table
}
