//! Bytes of one entry on their way into the file: measured, and compressed where the entry is.

use std::io::Write;

use flate2::{Compress, Compression, FlushCompress};

use super::error::ZipError;

/// Room for what the compressor gives back at once.
const ROOM_BYTES: usize = 32 << 10;

/// A compressor that is used for one entry after the other.
#[derive(Debug)]
pub(super) struct Deflater {
    level: u8,
    compress: Compress,
    room: Vec<u8>,
}

impl Deflater {
    pub fn new(level: u8) -> Self {
        Self {
            level,
            compress: Compress::new(Compression::new(u32::from(level)), false),
            room: vec![0; ROOM_BYTES],
        }
    }

    pub fn level(&self) -> u8 {
        self.level
    }

    /// Forgets everything before: the next byte begins a new stream.
    pub fn reset(&mut self) {
        self.compress.reset();
    }

    /// Compresses some bytes into `out` and answers how many that gave.
    pub fn write(&mut self, bytes: &[u8], out: &mut dyn Write) -> Result<u64, ZipError> {
        self.run(bytes, FlushCompress::None, out)
    }

    /// Writes out everything so far up to a whole byte, and forgets it, so that what follows depends on nothing
    /// before: a new compressor goes on with the same bytes.
    pub fn cut(&mut self, out: &mut dyn Write) -> Result<u64, ZipError> {
        let written = self.run(&[], FlushCompress::Full, out)?;
        self.compress.reset();
        Ok(written)
    }

    /// Ends the stream.
    pub fn finish(&mut self, out: &mut dyn Write) -> Result<u64, ZipError> {
        let written = self.run(&[], FlushCompress::Finish, out)?;
        self.compress.reset();
        Ok(written)
    }

    fn run(&mut self, mut bytes: &[u8], flush: FlushCompress, out: &mut dyn Write) -> Result<u64, ZipError> {
        let mut written = 0_u64;
        loop {
            let (before_in, before_out) = (self.compress.total_in(), self.compress.total_out());
            self.compress
                .compress(bytes, &mut self.room, flush)
                .map_err(|_| ZipError::Compression)?;
            let taken = self.compress.total_in() - before_in;
            let given = self.compress.total_out() - before_out;
            let taken = usize::try_from(taken).unwrap_or(usize::MAX).min(bytes.len());
            let given_now = usize::try_from(given).unwrap_or(usize::MAX).min(self.room.len());
            bytes = bytes.get(taken..).unwrap_or_default();
            out.write_all(self.room.get(..given_now).unwrap_or_default())?;
            written += given;
            // Room that was left says that nothing is waiting.
            if bytes.is_empty() && given_now < self.room.len() {
                return Ok(written);
            }
        }
    }
}
