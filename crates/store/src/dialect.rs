//! One SQL for two databases: SQLite's spelling is what we write, PostgreSQL's is derived here.
//!
//! In statements, `?1` becomes `$1` and the marker `/*claim*/` becomes `FOR UPDATE SKIP LOCKED`. In migrations,
//! `INTEGER` becomes `BIGINT`, `BLOB` becomes `BYTEA`, `REAL` becomes `DOUBLE PRECISION`, `TEXT` is collated by
//! bytes as SQLite does, and `WITHOUT ROWID` goes away. Quoted text and comments are left alone. Nothing else
//! differs: a statement that needs more than this does not belong in the common dialect.

const CLAIM: &str = "/*claim*/";

/// The statement as PostgreSQL reads it.
pub(crate) fn statement_for_postgres(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len() + 16);
    for piece in pieces(sql) {
        match piece {
            Piece::Code(code) => out.push_str(&code.replace('?', "$")),
            Piece::Kept(CLAIM) => out.push_str("FOR UPDATE SKIP LOCKED"),
            Piece::Kept(text) => out.push_str(text),
        }
    }
    out
}

/// The migration as PostgreSQL reads it.
pub(crate) fn migration_for_postgres(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len() + 256);
    for piece in pieces(sql) {
        match piece {
            Piece::Code(code) => translate_types(&code.replace("WITHOUT ROWID", ""), &mut out),
            Piece::Kept(text) => out.push_str(text),
        }
    }
    out
}

fn translate_types(code: &str, out: &mut String) {
    let mut rest = code;
    while let Some(start) = rest.find(is_word) {
        let (before, from_word) = rest.split_at(start);
        let end = from_word.find(|c| !is_word(c)).unwrap_or(from_word.len());
        let (word, after) = from_word.split_at(end);
        out.push_str(before);
        out.push_str(match word {
            "INTEGER" => "BIGINT",
            "BLOB" => "BYTEA",
            "REAL" => "DOUBLE PRECISION",
            "TEXT" => "TEXT COLLATE \"C\"",
            other => other,
        });
        rest = after;
    }
    out.push_str(rest);
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

enum Piece<'a> {
    /// SQL that may be rewritten.
    Code(&'a str),
    /// A quoted text or a comment.
    Kept(&'a str),
}

fn pieces(sql: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = sql;
    while let Some((start, len)) = next_kept(rest) {
        if start > 0 {
            found.push(Piece::Code(&rest[..start]));
        }
        found.push(Piece::Kept(&rest[start..start + len]));
        rest = &rest[start + len..];
    }
    found.push(Piece::Code(rest));
    found
}

/// Where the next quoted text or comment begins, and how long it is.
fn next_kept(sql: &str) -> Option<(usize, usize)> {
    let openers = [("'", "'"), ("\"", "\""), ("--", "\n"), ("/*", "*/")];
    let (start, open, close) = openers
        .iter()
        .filter_map(|(o, c)| sql.find(o).map(|at| (at, *o, *c)))
        .min_by_key(|found| found.0)?;
    let inside = start + open.len();
    let len = sql[inside..]
        .find(close)
        .map_or(sql.len() - start, |at| open.len() + at + close.len());
    Some((start, len))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_renamed_outside_quotes_only() {
        let sql = "SELECT '?1', \"a?2\" -- ?3\nFROM t WHERE x = ?12 /* ?4 */";
        assert_eq!(
            statement_for_postgres(sql),
            "SELECT '?1', \"a?2\" -- ?3\nFROM t WHERE x = $12 /* ?4 */"
        );
    }

    #[test]
    fn a_claim_skips_locked_rows() {
        let sql = "SELECT id FROM t LIMIT 1 /*claim*/";
        assert_eq!(
            statement_for_postgres(sql),
            "SELECT id FROM t LIMIT 1 FOR UPDATE SKIP LOCKED"
        );
    }

    #[test]
    fn types_are_whole_words() {
        let sql = "CREATE TABLE t (a INTEGER PRIMARY KEY, b BLOB, c TEXT DEFAULT 'TEXT', INTEGERS REAL) WITHOUT ROWID;";
        assert_eq!(
            migration_for_postgres(sql),
            "CREATE TABLE t (a BIGINT PRIMARY KEY, b BYTEA, c TEXT COLLATE \"C\" DEFAULT 'TEXT', \
             INTEGERS DOUBLE PRECISION) ;"
        );
    }

    #[test]
    fn an_open_quote_does_not_lose_text() {
        assert_eq!(statement_for_postgres("SELECT 'a?1"), "SELECT 'a?1");
        assert_eq!(statement_for_postgres(""), "");
    }
}
