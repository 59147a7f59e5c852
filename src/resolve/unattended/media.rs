//! Reads what is installed: the image of an edition, and the product key.

use crate::lab::unattended::ProductKey;
use crate::problem::{Id, Problem, Problems, did_you_mean, quoted_choice};
use crate::resolve::layers::{Layers, Word};
use crate::resolve::text;
use crate::resolve::text::shortened;
use crate::spec::guest::Os;
use crate::spec::key::key;
use crate::spec::unattended as written;
use crate::windows::{self, Edition};

/// What is installed.
pub(super) struct Media {
    /// The name of the edition, as far as it is known.
    pub(super) edition: String,
    /// The name of the image, unless the key chooses it.
    pub(super) image: Option<String>,
    pub(super) product_key: Option<ProductKey>,
}

pub(super) fn media(layers: &Layers<'_, written::Unattended>, os: Os, problems: &mut Problems) -> Media {
    let is_server = os.is_windows_server();
    let word = layers.get(key!(edition));
    let image = layers.get(key!(image)).and_then(|word| self::image(word, os, problems));
    let of_image = image.as_deref().and_then(|image| windows::edition_with(os, image));
    let usual = if is_server { "standard" } else { "pro" };
    let name = word.map_or_else(|| of_image.map_or(usual, |(name, _)| name), |word| word.value.as_str());
    // Of an image with a name of its own nobody knows which edition it is.
    let is_own = image.is_some() && of_image.is_none() && word.is_none();
    let edition = windows::edition(os, name).filter(|_| !is_own);
    if let (Some(word), Some((of_image, _))) = (word, of_image.filter(|(of_image, _)| *of_image != name)) {
        problems.push(
            Problem::both(
                word.key_place(),
                format!("the edition `{name}`, and an image of `{of_image}`"),
                "another edition",
            )
            .help("leave `edition` out: the image says it"),
        );
    }
    if let (None, Some(word)) = (windows::edition(os, name), word) {
        let known: Vec<&str> = windows::editions(os).map(|(name, _)| name).collect();
        problems.push(
            Problem::new(Id::UnknownValue, word.place(), format!("{} has no edition `{}`", os.name(), shortened(name)))
                .label("not an edition")
                .help(did_you_mean(name, known)),
        );
    }
    let product_key = product_key(layers, os, edition, problems);
    let is_chosen_by_key = !is_server && product_key.is_some();
    let usual = edition.filter(|_| !is_chosen_by_key).map(|edition| edition.image.clone());
    let edition = edition.map(|_| name.to_owned()).unwrap_or_default();
    Media { edition, image: image.or(usual), product_key }
}

/// Reads the name of an image. ISOs of companies have names of their own.
fn image(word: Word<'_>, os: Os, problems: &mut Problems) -> Option<String> {
    let image = text::line_of(word, problems)?;
    if image.trim() != image || image.is_empty() {
        problems.push(
            Problem::bad_name(word.place(), "no name of an image").label("is empty, or has blanks at an end").help(
                "write what `wimlib-imagex info sources/install.wim` calls `Name`, or leave it out and use `edition`",
            ),
        );
        return None;
    }
    let systems: Vec<&str> = windows::systems_with(&image).collect();
    if !systems.is_empty() && !systems.contains(&os.name()) {
        problems.push(
            Problem::conflict(word.place(), format!("`{image}` is an image of {}", quoted_choice(systems)))
                .label(format!("`os` is `{}`", os.name()))
                .help("write the name of an image of this system, or leave it out and use `edition`"),
        );
    }
    Some(image)
}

fn product_key(
    layers: &Layers<'_, written::Unattended>,
    os: Os,
    edition: Option<&Edition>,
    problems: &mut Problems,
) -> Option<ProductKey> {
    let (word, file) = (layers.get(key!(product_key)), layers.get(key!(product_key_file)));
    // The strongest layer that says one of the two decides.
    let both: Vec<bool> = layers
        .all()
        .map(|layer| (layer.product_key.is_some(), layer.product_key_file.is_some()))
        .filter_map(|(word, file)| (word || file).then_some(word))
        .collect();
    let is_in_one = layers.all().any(|layer| layer.product_key.is_some() && layer.product_key_file.is_some());
    let (word, file) = match both.last() {
        Some(true) if !is_in_one => (word, None),
        Some(false) => (None, file),
        _ => (word, file),
    };
    if let (Some(word), Some(file)) = (word, file) {
        problems.push(
            Problem::both(word.key_place(), "two product keys", "the other one")
                .related(file.key_place(), "a key of your own"),
        );
    }
    let is_evaluation = edition.is_some_and(|edition| edition.evaluation);
    if let Some(file) = file {
        if is_evaluation {
            problems.push(
                Problem::conflict(file.key_place(), "a product key for evaluation media, which take none")
                    .label("Setup finds no image with it")
                    .help("leave it out, or choose another `edition`"),
            );
        }
        return Some(ProductKey::FromHost);
    }
    let public = edition.and_then(Edition::public_key);
    let by_default = if os.is_windows_server() { written::ProductKey::None } else { written::ProductKey::Generic };
    match (word, word.map_or(by_default, |word| *word.value)) {
        (_, written::ProductKey::None) => None,
        (Some(word), written::ProductKey::Generic) if edition.is_some() && public.is_none() => {
            let (what, label, help) = if is_evaluation {
                ("a product key for evaluation media, which take none", "Setup finds no image with it", "leave it out")
            } else {
                ("a generic product key of an edition that has none", "none is known", "use `productKeyFile`")
            };
            problems.push(Problem::conflict(word.place(), what).label(label).help(help));
            None
        }
        (_, written::ProductKey::Generic) => public.map(|key| ProductKey::Known(key.to_owned())),
    }
}
