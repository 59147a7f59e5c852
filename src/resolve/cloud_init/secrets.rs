//! Reads what a guest gets from files of the host: a password and files, which the store has nothing of.

use crate::lab::cloud_init::{SecretFile, Secrets};
use crate::problem::{Id, Problem, Problems};
use crate::resolve::layers::{Layers, Word};
use crate::resolve::storage::is_mode;
use crate::resolve::{secret, text};
use crate::spec::cloud_init as written;
use crate::spec::key::key;

/// Reads the file of the password and the files of a guest.
pub(crate) fn secrets(layers: &Layers<'_, written::CloudInit>, problems: &mut Problems) -> Secrets {
    let password = layers.get(key!(password_file));
    if let (Some(hash), Some(password)) = (layers.get(key!(password_hash)), password) {
        problems.push(
            Problem::both(password.key_place(), "two passwords of one user", "the other one")
                .related(hash.key_place(), "the hash of one"),
        );
    }
    let mut files: Vec<SecretFile> = Vec::new();
    for layers in layers.objects(key!(files)) {
        let Some(file) = file(&layers, problems) else { continue };
        if files.iter().any(|other| other.path == file.path) {
            problems.push(
                Problem::conflict(layers.place(), format!("two files for `{}`", text::shortened(&file.path)))
                    .label("the second one")
                    .help("leave one of the two out"),
            );
        }
        files.push(file);
    }
    Secrets { password_file: password.and_then(|word| secret::file(word, problems)), files }
}

fn file(layers: &Layers<'_, written::FileFromHost>, problems: &mut Problems) -> Option<SecretFile> {
    let path = layers.needed(key!(path), problems).and_then(|word| text::file(word, problems));
    let from_host = layers.needed(key!(from_host), problems).and_then(|word| text::file(word, problems));
    let mode = layers.get(key!(mode)).and_then(|word| mode(word, problems));
    let owner = layers.get(key!(owner)).and_then(|word| owner(word, problems));
    Some(SecretFile { path: path?, from_host: from_host?, mode, owner })
}

fn mode(word: Word<'_>, problems: &mut Problems) -> Option<String> {
    let is_valid = is_mode(word.value);
    if !is_valid {
        problems.push(
            Problem::of_value(
                Id::UnknownValue,
                word.place(),
                format!("`{}` is not a mode", text::shortened(word.value)),
            )
            .label("needs three octal digits, with or without a leading 0")
            .help("write it like `\"0600\"`"),
        );
    }
    is_valid.then(|| format!("{:0>4}", word.value))
}

fn owner(word: Word<'_>, problems: &mut Problems) -> Option<String> {
    let is_name = |name: &str| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
    };
    let is_valid = match word.value.split_once(':') {
        Some((user, group)) => is_name(user) && is_name(group),
        None => is_name(word.value),
    };
    if !is_valid {
        problems.push(
            Problem::bad_name(word.place(), format!("`{}` is not a user of the guest", text::shortened(word.value)))
                .label("needs a user, or a user and a group")
                .help("write it like `\"nginx\"` or `\"root:nginx\"`"),
        );
    }
    is_valid.then(|| word.value.clone())
}
