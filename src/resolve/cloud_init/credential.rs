//! Tells credentials that everybody on the host may read (public keys, hashes of passwords) from others.
//!
//! Messages never repeat the text, and reports conceal it, because a wrong one may be a secret.

use base64::prelude::*;

use crate::place::Place;
use crate::problem::{Id, Problem, Problems, quoted_choice};
use crate::resolve::text;

/// The kinds of public key that `OpenSSH` takes today
/// ([sshd](https://man.openbsd.org/sshd.8#AUTHORIZED_KEYS_FILE_FORMAT)).
const KEY_TYPES: &[&str] = &[
    "ssh-ed25519",
    "ssh-rsa",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
];

/// The way to the hash of a password.
const MAKE_A_HASH: &str = "write what `mkpasswd --method=yescrypt` prints, which starts with `$y$`";

/// Checks a public key of SSH: its type, the key, and a comment.
pub(crate) fn ssh_key(text: &str, place: Place, problems: &mut Problems) -> bool {
    if !text::fits(text, &place, problems) {
        return false;
    }
    if is_public_key(text) {
        return true;
    }
    let is_of_line = text.contains(' ') && KEY_TYPES.iter().any(|kind| text.starts_with(kind));
    let is_shown = is_of_line || text.contains(".pub") || text.contains("PUBLIC KEY");
    let (message, label) = if text.contains("PRIVATE KEY") {
        ("a private key, which everybody on the host could read", "a secret")
    } else if text.trim_start().starts_with("-----BEGIN") || text.trim_start().starts_with("---- BEGIN") {
        ("a key that is not in OpenSSH's format", "not the line of a `.pub` file")
    } else if text.lines().count() > 1 {
        ("several lines instead of one public key", "one key for each item")
    } else {
        ("a text that is not an SSH public key", "not the line of a `.pub` file")
    };
    let problem = Problem::of_value(Id::NotAPublicKey, place.clone(), message).label(label).help(format!(
        "write the line of a file such as `~/.ssh/id_ed25519.pub`; it starts with {}",
        quoted_choice(KEY_TYPES.iter().copied())
    ));
    problems.push(if is_shown { problem } else { problem.concealing(place) });
    false
}

fn is_public_key(text: &str) -> bool {
    let mut words = text.split(' ');
    let (Some(kind), Some(key)) = (words.next(), words.next()) else { return false };
    // The key starts with the length and the name of its type.
    let length = u32::try_from(kind.len()).unwrap_or(u32::MAX).to_be_bytes();
    let start: Vec<u8> = length.into_iter().chain(kind.bytes()).collect();
    KEY_TYPES.contains(&kind)
        && !text.contains(char::is_control)
        && BASE64_STANDARD.decode(key).is_ok_and(|bytes| bytes.starts_with(&start) && bytes.len() >= start.len() + 32)
}

/// Checks the hash of a password.
pub(crate) fn hash(text: &str, place: Place, problems: &mut Problems) -> bool {
    let is_valid = is_hash(text);
    if !is_valid {
        let message = if text.starts_with('$') {
            "an incomplete hash, or one that Linux does not support"
        } else {
            "a password, or something else that is not a password hash"
        };
        problems.push(
            Problem::of_value(Id::NotAHash, place.clone(), message)
                .concealing(place)
                .label("everybody on the host can read this")
                .help(MAKE_A_HASH),
        );
    }
    is_valid
}

/// Whether text is a hash in one of the forms that crypt(5) recommends or still calls acceptable.
pub(crate) fn is_hash(text: &str) -> bool {
    let is_salt = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'/'));
    let is_of = |length: usize, text: &str| text.len() == length && is_salt(text);
    let mut parts = text.split('$');
    let (Some(""), Some(method)) = (parts.next(), parts.next()) else { return false };
    let parts: Vec<&str> = parts.collect();
    match (method, parts.as_slice()) {
        ("5" | "6", [rest @ .., salt, hash]) => {
            let rounds = match rest {
                [] => true,
                [rounds] => rounds.strip_prefix("rounds=").is_some_and(|n| n.parse::<u32>().is_ok()),
                _ => false,
            };
            let length = if method == "5" { 43 } else { 86 };
            rounds && (1..=16).contains(&salt.len()) && is_salt(salt) && is_of(length, hash)
        }
        ("y" | "gy", [parameters, salt, hash]) => {
            !parameters.is_empty() && is_salt(parameters) && !salt.is_empty() && is_salt(salt) && is_of(43, hash)
        }
        // Its parameters and its salt are one.
        ("7", [salt, hash]) => salt.len() > 11 && is_salt(salt) && is_of(43, hash),
        ("2a" | "2b" | "2y", [cost, hash]) => {
            cost.len() == 2 && cost.parse::<u8>().is_ok_and(|cost| (4..=31).contains(&cost)) && is_of(53, hash)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::Pointer;
    use crate::spec::cloud_init::EXAMPLE_KEY as ED25519;

    const SHA512: &str =
        "$6$lab2nix$pa.si7ryZDOMvDYMybaF3hau4Jx3PUgW6koKrWveDFj/5iVnyi5L.1Y9e3gTAKvxrpgOv5lesxaml6vAh6YH20";

    #[test]
    fn hashes_are_told_from_passwords() {
        let zeros = |count: usize| "0".repeat(count);
        for valid in [
            SHA512.to_owned(),
            SHA512.replace("$6$", "$6$rounds=5000$"),
            format!("$5$salt${}", zeros(43)),
            format!("$y$j9T${}${}", zeros(22), zeros(43)),
            format!("$gy$j9T${}${}", zeros(22), zeros(43)),
            format!("$7$CU..../....{}${}", zeros(22), zeros(43)),
            format!("$2b$05${}", zeros(53)),
        ] {
            assert!(is_hash(&valid), "{valid}");
        }
        for bad in [
            "",
            "secret",
            "$6$",
            "$6$salt",
            "$6$salt$short",
            "$1$salt$0000000000000000000000",
            "!",
            "$6$$",
            &SHA512[1..],
            &SHA512[..SHA512.len() - 1],
            &format!("{SHA512} "),
            &format!("$2b$99${}", zeros(53)),
            &SHA512.replace("lab2nix", "lab nix"),
        ] {
            assert!(!is_hash(bad), "{bad}");
        }
    }

    #[test]
    fn public_keys_are_told_from_others() {
        let check = |text: &str, expected: bool| {
            let mut problems = Problems::default();
            assert_eq!(ssh_key(text, Place::value(Pointer::root()), &mut problems), expected, "{text}");
            assert_eq!(problems.is_empty(), expected, "{text}");
            assert!(problems.iter().all(|problem| text.is_empty() || !problem.message.contains(text)));
        };
        check(ED25519, true);
        check(&format!("{ED25519} me at home"), true);
        check("", false);
        check("ssh-ed25519", false);
        check("ssh-ed25519 AAAA", false);
        check(&ED25519.replace("ssh-ed25519", "ssh-rsa"), false);
        check(&ED25519[..ED25519.len() - 1], false);
        check(&format!("{ED25519}\n{ED25519}"), false);
        check("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----", false);
        check("---- BEGIN SSH2 PUBLIC KEY ----", false);
    }
}
