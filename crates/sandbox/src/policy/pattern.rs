//! The wildcards of policies and CORS rules: `*` is any run of characters, `?` is one.

/// Does the text match the pattern? Both are compared as they are; fold case before where case does not count.
pub(crate) fn matches_wildcard(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut p, mut t) = (0, 0);
    // Where to continue when the last star has to swallow one more byte.
    let mut retry: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                retry = Some((p + 1, t));
                p += 1;
            }
            Some(&byte) if byte == b'?' || byte == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match retry {
                Some((after_star, swallowed)) => {
                    retry = Some((after_star, swallowed + 1));
                    p = after_star;
                    t = swallowed + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|&byte| byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::matches_wildcard;

    #[test]
    fn a_star_swallows_any_run_and_a_question_mark_one_byte() {
        for (pattern, text) in [
            ("*", ""),
            ("*", "anything"),
            ("s3:Get*", "s3:GetObject"),
            ("arn:aws:s3:::b/*", "arn:aws:s3:::b/a/b.jpg"),
            ("a*b*c", "a-b-b-c"),
            ("a?c", "abc"),
            ("**", "x"),
        ] {
            assert!(matches_wildcard(pattern, text), "{pattern} ~ {text}");
        }
    }

    #[test]
    fn what_a_pattern_does_not_say_it_does_not_match() {
        for (pattern, text) in [
            ("", "x"),
            ("s3:Get*", "s3:PutObject"),
            ("arn:aws:s3:::b/*", "arn:aws:s3:::b"),
            ("a?c", "ac"),
            ("a*b*c", "a-c-b"),
            ("a", "ab"),
        ] {
            assert!(!matches_wildcard(pattern, text), "{pattern} !~ {text}");
        }
    }

    #[test]
    fn many_stars_do_not_take_exponential_time() {
        let pattern = "*a".repeat(40) + "b";
        assert!(!matches_wildcard(&pattern, &"a".repeat(5_000)));
    }
}
