//! Where secrets are looked for, and what to do instead: one table.

/// A part of the spec, by the keys that lead to it.
pub(crate) struct PlaceOfSecrets {
    /// Keys, each directly in what the one before it names, but for lists. They may be anywhere on the way to a value.
    path: &'static [&'static str],
    /// Keys in it, however deep, that hold nothing else.
    keys: &'static [&'static str],
    /// Names in it, beside a `value`, that hold one; `*` is any name.
    names: &'static [&'static str],
    /// What to do instead.
    way_out: &'static str,
}

/// The way into a guest.
const INTO_THE_GUEST: &str = "put it into a file of the host that only root can read, and refer to that: `\"files\": [{ \"path\": …, \"fromHost\": … }]` in `cloudInit`; for a user's password, use `passwordHash` or `passwordFile`";

/// The way to storage.
const SECRETS_OF_LIBVIRT: &str =
    "define it as a libvirt secret (`virsh secret-define`, `virsh secret-set-value`), and refer to that";

/// The way to QEMU.
const BY_QEMU: &str = "let QEMU read it from a file of the host: `secret,id=…,file=/run/secrets/…`";

/// All places, the innermost first. What is in none of them is looked at too.
const PLACES: &[PlaceOfSecrets] = &[
    PlaceOfSecrets { path: &["cloudInit", "extra"], keys: CLOUD_CONFIG, names: &[], way_out: INTO_THE_GUEST },
    PlaceOfSecrets { path: &["cloudInit"], keys: &[], names: &[], way_out: INTO_THE_GUEST },
    PlaceOfSecrets {
        path: &["graphics"],
        keys: &["passwd", "password"],
        names: &[],
        way_out: "use no password, let the display `listen` on `127.0.0.1`, and connect through an SSH tunnel",
    },
    PlaceOfSecrets {
        path: &["cookies"],
        keys: &[],
        names: &["*"],
        way_out: "download the image to the host, and use the file",
    },
    PlaceOfSecrets { path: &["rbd:option"], keys: &[], names: &["key"], way_out: SECRETS_OF_LIBVIRT },
    PlaceOfSecrets { path: &["pools"], keys: &[], names: &[], way_out: SECRETS_OF_LIBVIRT },
    PlaceOfSecrets { path: &["qemu"], keys: &[], names: &[], way_out: BY_QEMU },
    PlaceOfSecrets { path: &["qemu-commandline"], keys: &[], names: &[], way_out: BY_QEMU },
    PlaceOfSecrets { path: &["directBoot"], keys: &[], names: &[], way_out: INTO_THE_GUEST },
    PlaceOfSecrets { path: &["smbios"], keys: &[], names: &[], way_out: INTO_THE_GUEST },
    PlaceOfSecrets { path: &["extra"], keys: &["passwd"], names: &[], way_out: SECRETS_OF_LIBVIRT },
    PlaceOfSecrets {
        path: &[],
        keys: &[],
        names: &[],
        way_out: "leave it out, and put it into a file of the host that only root can read",
    },
];

/// Keys of cloud-config that hold passwords, private keys and the like.
const CLOUD_CONFIG: &[&str] = &[
    "access_token",
    "activation_key",
    "api_key",
    "authkey",
    "passphrase",
    "password",
    "passwords",
    "plain_text_passwd",
    "private_key",
    "psk",
    "secret",
    "secret_key",
    "secrets",
    "ssh_keys",
    "token",
    "wireguard",
];

/// What says itself what is wrong with it: public keys, and hashes of passwords.
const CREDENTIALS: &[&[&str]] = &[
    &["cloudInit", "sshKeys"],
    &["cloudInit", "passwordHash"],
    &["cloudInit", "extra", "users", "passwd"],
    &["cloudInit", "extra", "users", "hashed_passwd"],
];

/// Whether what is at the end of a way of keys is looked at by itself.
pub(crate) fn is_credential(way: &[&str]) -> bool {
    CREDENTIALS.iter().any(|path| way.ends_with(path))
}

/// Whether a key at the end of a way holds secrets and nothing else.
pub(crate) fn is_key_of_secret(way: &[&str], key: &str) -> bool {
    of(way).keys.iter().any(|known| is_same(known, key))
}

/// Whether a key holds secrets and nothing else in some place.
pub(crate) fn is_key_of_secret_somewhere(key: &str) -> bool {
    PLACES.iter().any(|place| place.keys.iter().any(|known| is_same(known, key)))
}

/// Whether a `value` at the end of a way is a secret where it has this name.
pub(crate) fn is_name_of_secret(way: &[&str], name: &str) -> bool {
    of(way).names.iter().any(|known| *known == "*" || is_same(known, name))
}

/// Whether what is at the end of a way is a list of users and their passwords.
pub(crate) fn is_list_of_logins(way: &[&str]) -> bool {
    way.ends_with(&["chpasswd", "list"])
}

/// What to do instead of what is at the end of a way.
pub(crate) fn way_out(way: &[&str]) -> &'static str {
    of(way).way_out
}

/// The innermost place that a way leads through.
fn of(way: &[&str]) -> &'static PlaceOfSecrets {
    let is_on = |path: &[&str]| path.is_empty() || way.windows(path.len()).any(|part| part == path);
    PLACES.iter().find(|place| is_on(place.path)).expect("the last one is everywhere")
}

/// Whether two keys are one, whether written with `_` or `-`, large or small.
fn is_same(known: &str, key: &str) -> bool {
    known.len() == key.len()
        && known
            .bytes()
            .zip(key.bytes())
            .all(|(one, other)| one == if other == b'-' { b'_' } else { other.to_ascii_lowercase() })
}
