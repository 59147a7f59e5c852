//! What secrets look like: one table.

use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::{Engine as _, alphabet};

use crate::problem::Id;
use crate::resolve::cloud_init::credential;
use crate::resolve::secret::assignment;
use crate::resolve::secret::name::{SHORTEST, is_opaque, is_stand_in};
use crate::resolve::text::shortened;

/// What a kind of secret looks like.
struct Shape {
    /// Whether nothing else looks like it.
    id: Id,
    /// What it is, if the text has it.
    found: fn(&str) -> Option<String>,
}

/// All shapes, those that are surely secrets first.
const SHAPES: &[Shape] = &[
    Shape { id: Id::SecretInStore, found: |text| has_private_key(text).then(|| "a private key".to_owned()) },
    Shape { id: Id::SecretInStore, found: |text| is_encoded_key(text).then(|| "a private key in Base64".to_owned()) },
    Shape { id: Id::SecretInStore, found: |text| has_token(text).then(|| "an access token".to_owned()) },
    Shape { id: Id::SecretInStore, found: |text| has_key_of_ceph(text).then(|| "a Ceph key".to_owned()) },
    Shape {
        id: Id::SecretInStore,
        found: |text| is_object_of_qemu(text).then(|| "the data of a QEMU secret".to_owned()),
    },
    Shape { id: Id::LikelySecret, found: |text| has_url(text).then(|| "a URL with a password".to_owned()) },
    Shape { id: Id::LikelySecret, found: |text| has_header(text).then(|| "credentials for a server".to_owned()) },
    Shape {
        id: Id::LikelySecret,
        found: |text| is_command_with_password(text).then(|| "a password in a command".to_owned()),
    },
    Shape {
        id: Id::LikelySecret,
        found: |text| {
            let name = assignment::name_of_secret(text)?;
            Some(format!("a value for `{}` that is probably a secret", shortened(name)))
        },
    },
];

/// Which problem a text is, and what it holds.
pub(crate) fn of(text: &str) -> Option<(Id, String)> {
    SHAPES.iter().find_map(|shape| Some((shape.id, (shape.found)(text)?)))
}

/// Whether a line is a user and a password, as chpasswd takes it.
pub(crate) fn has_login(text: &str) -> bool {
    let is_login = |line: &str| {
        let (user, password) = line.split_once(':').unwrap_or_default();
        !user.is_empty() && is_opaque(password, 1) && !credential::is_hash(password.trim())
    };
    text.lines().any(is_login)
}

/// Whether text has a private key as `OpenSSL`, `OpenSSH`, `GnuPG`, `PuTTY` or age write it.
fn has_private_key(text: &str) -> bool {
    let is_pem = text.contains("---- BEGIN ") || text.contains("-----BEGIN ");
    let of_age = || text.match_indices("AGE-SECRET-KEY-1").any(|(at, start)| run(&text[at + start.len()..]) >= 50);
    (is_pem && ["PRIVATE KEY-----", "PRIVATE KEY BLOCK-----", "PRIVATE KEY ----"].iter().any(|end| text.contains(end)))
        || (text.contains("PuTTY-User-Key-File-") && text.contains("Private-Lines:"))
        || of_age()
}

/// The Base64 of what private keys of OpenSSH start with, where it is without its first line.
const OPENSSH: &str = "b3BlbnNzaC1rZXktdj";

/// Shorter words hold no private key.
const SHORTEST_KEY: usize = 48;

/// Whether text has a private key in Base64, in one word or in the lines of the whole.
fn is_encoded_key(text: &str) -> bool {
    if text.len() < SHORTEST_KEY {
        return false;
    }
    let is_of_base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
    let is_key = |word: &str| {
        word.len() >= SHORTEST_KEY
            && (word.starts_with(OPENSSH)
                || BASE64.decode(&word[..word.len() - word.len() % 4]).is_ok_and(|bytes| {
                    let decoded = String::from_utf8_lossy(&bytes);
                    has_private_key(&decoded)
                }))
    };
    text.split(|c: char| !is_of_base64(c)).any(is_key)
        || (text.contains(char::is_whitespace)
            && text.chars().all(|c| is_of_base64(c) || c.is_whitespace())
            && is_key(&text.split_whitespace().collect::<String>()))
}

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// How tokens start, and how many letters follow at least.
const TOKENS: &[(&str, usize)] = &[
    ("SWMTKN-1-", 50),
    ("dop_v1_", 64),
    ("ghp_", 36),
    ("gho_", 36),
    ("ghr_", 36),
    ("ghs_", 36),
    ("ghu_", 36),
    ("github_pat_", 60),
    ("glpat-", 20),
    ("glrt-", 20),
    ("hf_", 30),
    ("hvs.", 24),
    ("npm_", 36),
    ("pypi-AgE", 50),
    ("rk_live_", 20),
    ("sk_live_", 20),
    ("tskey-", 20),
    ("xoxb-", 20),
    ("xoxp-", 20),
];

/// Whether text has the token of a service that marks its own, or of a k3s or a Docker Swarm cluster.
fn has_token(text: &str) -> bool {
    let is_at = |at: usize, start: &str, least: usize| {
        let rest = &text[at + start.len()..];
        let length = run(rest);
        !text[..at].ends_with(|c: char| c.is_ascii_alphanumeric()) && length >= least && is_mixed(&rest[..length])
    };
    let of_service = |(start, least): &(&str, usize)| text.match_indices(start).any(|(at, _)| is_at(at, start, *least));
    let of_k3s = || {
        text.match_indices("K10").any(|(at, start)| {
            let rest = &text[at + start.len()..];
            rest.get(..64).is_some_and(|hash| hash.bytes().all(|b| b.is_ascii_hexdigit()))
                && rest[64..].starts_with("::")
        })
    };
    TOKENS.iter().any(of_service) || of_k3s()
}

/// How many letters of tokens a text starts with.
fn run(text: &str) -> usize {
    text.bytes().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')).count()
}

/// Whether letters are as different as those of tokens are.
fn is_mixed(text: &str) -> bool {
    let mut letters: Vec<u8> = text.bytes().collect();
    letters.sort_unstable();
    letters.dedup();
    letters.len() > 6
}

/// Whether text has a key of Ceph: 16 bytes with a head that says so.
fn has_key_of_ceph(text: &str) -> bool {
    const LENGTH: usize = 40;
    let is_key = |at: usize| {
        let word = text.get(at..at + LENGTH);
        let bytes = word.and_then(|word| BASE64.decode(word).ok());
        bytes.is_some_and(|bytes| bytes.len() == 28 && bytes.starts_with(&[1, 0]) && bytes[10..12] == [16, 0])
    };
    text.match_indices("AQ").any(|(at, _)| is_key(at))
}

/// Whether text makes a secret of QEMU that is written in it, and not encrypted by another one.
fn is_object_of_qemu(text: &str) -> bool {
    let of_words = text.starts_with("secret,") && text.contains(",data=");
    let of_json = text.contains("\"qom-type\"") && text.contains("\"secret\"") && text.contains("\"data\"");
    (of_words || of_json) && !text.contains("keyid")
}

/// Whether text has a URL with a password.
fn has_url(text: &str) -> bool {
    text.match_indices("://").any(|(at, sign)| {
        let rest = &text[at + sign.len()..];
        let authority = rest.split(|c: char| c.is_whitespace() || "/?#\"'<>".contains(c)).next().unwrap_or_default();
        let user = authority.rsplit_once('@').map(|(user, _)| user);
        let password = user.and_then(|user| Some(user.split_once(':')?.1));
        password.is_some_and(|password| is_opaque(password, 1))
    })
}

/// Whether text has a header by which a server knows its client.
fn has_header(text: &str) -> bool {
    let small = text.to_ascii_lowercase();
    small.match_indices("authorization").any(|(at, start)| {
        let mut words = text[at + start.len()..].split(|c: char| c.is_whitespace() || "\"':=".contains(c));
        let mut words = words.by_ref().filter(|word| !word.is_empty());
        let scheme = words.next().map(str::to_ascii_lowercase);
        matches!(scheme.as_deref(), Some("bearer" | "basic" | "token"))
            && words.next().is_some_and(|word| is_opaque(word, SHORTEST))
    })
}

/// Whether words end a command that echoes a password and begin one of `passwd` that reads it.
fn is_echoed_to_passwd(words: &[&str]) -> bool {
    let piped = |pipe: usize| {
        let is_read = words[pipe + 1..].first().is_some_and(|word| word.ends_with("passwd"))
            && words[pipe + 1..].contains(&"--stdin");
        let echoed = pipe.checked_sub(2).filter(|echo| words[*echo] == "echo").map(|echo| words[echo + 1]);
        is_read && echoed.is_some_and(|word| is_opaque(word, SHORTEST))
    };
    words.iter().enumerate().any(|(at, word)| *word == "|" && piped(at))
}

/// Whether text is a command that gets a password as an argument or from an echo.
fn is_command_with_password(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().map(|word| word.trim_matches(['"', '\''])).collect();
    let after = |options: &[&str], is: &dyn Fn(&str) -> bool| {
        words.windows(2).any(|pair| options.contains(&pair[0]) && is(pair[1]))
    };
    let is_login = |word: &str| {
        let (user, password) = word.split_once(':').unwrap_or_default();
        !user.is_empty() && !user.contains('/') && is_opaque(password, SHORTEST) && !credential::is_hash(password)
    };
    let runs = |program: &str| words.iter().any(|word| word.rsplit('/').next() == Some(program));
    (runs("curl") && after(&["-u", "--user"], &is_login))
        || (runs("sshpass") && after(&["-p"], &|word| is_opaque(word, SHORTEST)))
        || is_echoed_to_passwd(&words)
        || (runs("chpasswd") && words.iter().any(|word| is_login(word) && !is_stand_in(word)))
}
