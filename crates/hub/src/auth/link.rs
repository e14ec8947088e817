//! Links that need no key: whoever has one may fetch the one thing that it names, until it ends.
//!
//! A link's token says when it ends and carries a tag that only this hub can make for that name and that time. Nothing
//! of it is stored.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::vault::{Vault, VaultError};

/// Why a token opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkError {
    /// It is no token of this hub for this name.
    Invalid,
    /// It was one, until it ended.
    Ended,
}

/// What the vault calls tags of links.
const PURPOSE: &str = "link";

/// A token for the thing called `name`, good until `ends_ms`.
pub fn token(vault: &Vault, name: &str, ends_ms: i64) -> Result<String, VaultError> {
    let tag = URL_SAFE_NO_PAD.encode(vault.tag(PURPOSE, &tagged(name, ends_ms))?);
    Ok(format!("{ends_ms:x}.{tag}"))
}

/// Whether a token is good for the thing called `name`.
pub fn check(vault: &Vault, name: &str, token: &str, now_ms: i64) -> Result<(), LinkError> {
    let (ends, tag) = token.split_once('.').ok_or(LinkError::Invalid)?;
    let ends_ms = i64::from_str_radix(ends, 16).map_err(|_| LinkError::Invalid)?;
    let tag = URL_SAFE_NO_PAD.decode(tag).map_err(|_| LinkError::Invalid)?;
    if !vault.is_tag(PURPOSE, &tagged(name, ends_ms), &tag) {
        return Err(LinkError::Invalid);
    }
    if ends_ms < now_ms {
        return Err(LinkError::Ended);
    }
    Ok(())
}

fn tagged(name: &str, ends_ms: i64) -> String {
    format!("{name}/{ends_ms}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use insitu_model::ambient::SeededRandom;

    #[test]
    fn a_link_is_good_for_one_thing_until_it_ends() {
        let vault = Vault::new([Vault::generate_key(&SeededRandom::new(7)).as_str()]).unwrap();
        let token = token(&vault, "export/1", 1000).unwrap();
        assert_eq!(check(&vault, "export/1", &token, 1000), Ok(()));
        assert_eq!(check(&vault, "export/1", &token, 1001), Err(LinkError::Ended));
        assert_eq!(check(&vault, "export/2", &token, 0), Err(LinkError::Invalid));
        let later = token.replacen("3e8", "7d0", 1);
        assert_ne!(later, token);
        assert_eq!(check(&vault, "export/1", &later, 0), Err(LinkError::Invalid));
        for bad in ["", ".", "3e8.", "x.AA", "3e8.%%", "3e8"] {
            assert_eq!(
                check(&vault, "export/1", bad, 0),
                Err(LinkError::Invalid),
                "{bad}"
            );
        }
    }
}
