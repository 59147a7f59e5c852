//! Windows's own names, which answer files use: editions, locales, keyboards and time zones.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use indexmap::IndexMap;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::spec::guest::Os;

/// An edition of a Windows.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Edition {
    /// The name of its image on installation media.
    pub image: String,
    /// Whether only evaluation media have it, which take no key.
    pub evaluation: bool,
    /// The public key for a server of a key management service.
    kms_key: Option<String>,
    /// The public key with which Setup installs it.
    generic_key: Option<String>,
    /// The name of its image on older media.
    pub older_image: Option<String>,
}

impl Edition {
    /// A public key with which Setup installs it, and which activates nothing by itself.
    #[must_use]
    pub fn public_key(&self) -> Option<&str> {
        self.generic_key.as_deref().or(self.kms_key.as_deref())
    }
}

#[derive(Debug, Deserialize)]
struct Editions {
    systems: IndexMap<String, IndexMap<String, Edition>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Locales {
    #[serde(rename = "locales")]
    system: Vec<Locale>,
    custom: Vec<String>,
    ui_languages: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Locale {
    name: String,
    keyboard: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Keyboards {
    layouts: BTreeMap<String, String>,
    input_methods: BTreeMap<String, String>,
    languages: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Deserialize)]
struct TimeZones {
    zones: BTreeMap<String, String>,
    newer: BTreeMap<String, NewerZone>,
    iana: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
struct NewerZone {
    older: String,
}

#[derive(Debug, Deserialize)]
struct Drivers {
    systems: BTreeMap<String, String>,
    drivers: BTreeMap<String, Driver>,
}

#[derive(Debug, Deserialize)]
struct Driver {
    folders: BTreeMap<String, Vec<String>>,
}

fn read<T: DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).expect("the tables of this crate are tested")
}

static EDITIONS: LazyLock<Editions> = LazyLock::new(|| read(include_str!("../schema/windows/editions.json")));
static LOCALES: LazyLock<Locales> = LazyLock::new(|| read(include_str!("../schema/windows/locales.json")));
static KEYBOARDS: LazyLock<Keyboards> = LazyLock::new(|| read(include_str!("../schema/windows/keyboards.json")));
static TIME_ZONES: LazyLock<TimeZones> = LazyLock::new(|| read(include_str!("../schema/windows/time-zones.json")));
static DRIVERS: LazyLock<Drivers> = LazyLock::new(|| read(include_str!("../schema/windows/virtio.json")));

/// The folder of a driver on the virtio-win ISO (`viostor/2k22/amd64`), if that has it for a system and a processor: `amd64` or `arm64`.
#[must_use]
pub fn driver_folder(driver: &str, os: Os, architecture: &str) -> Option<String> {
    let system = DRIVERS.systems.get(os.name())?;
    let architectures = DRIVERS.drivers.get(driver)?.folders.get(system)?;
    let architecture = architectures.iter().find(|known| known.eq_ignore_ascii_case(architecture))?;
    Some(format!("{driver}/{system}/{architecture}"))
}

/// The editions of a system by their names in specs; none of one that is no Windows.
pub fn editions(os: Os) -> impl Iterator<Item = (&'static str, &'static Edition)> {
    let editions = EDITIONS.systems.get(os.name()).into_iter().flatten();
    editions.map(|(name, edition)| (name.as_str(), edition))
}

/// The edition of a system with this name.
#[must_use]
pub fn edition(os: Os, name: &str) -> Option<&'static Edition> {
    EDITIONS.systems.get(os.name())?.get(name)
}

/// The edition of a system whose image has this name.
#[must_use]
pub fn edition_with(os: Os, image: &str) -> Option<(&'static str, &'static Edition)> {
    editions(os).find(|(_, edition)| edition.image == image || edition.older_image.as_deref() == Some(image))
}

/// The systems that have an image of this name, by their names in specs.
pub fn systems_with(image: &str) -> impl Iterator<Item = &'static str> {
    let has_it = move |edition: &Edition| edition.image == image || edition.older_image.as_deref() == Some(image);
    let systems = EDITIONS.systems.iter();
    systems.filter(move |(_, editions)| editions.values().any(has_it)).map(|(system, _)| system.as_str())
}

/// The locale as Windows writes it, if it is one of its system locales. Upper and lower case do not matter.
#[must_use]
pub fn locale(name: &str) -> Option<&'static str> {
    locales().find(|known| known.eq_ignore_ascii_case(name))
}

/// All system locales.
pub fn locales() -> impl Iterator<Item = &'static str> {
    LOCALES.system.iter().map(|locale| locale.name.as_str())
}

/// Whether a locale is one that Windows knows, but that programs without Unicode cannot have.
#[must_use]
pub fn is_custom_locale(name: &str) -> bool {
    LOCALES.custom.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// The languages that there are ISOs of.
pub fn ui_languages() -> impl Iterator<Item = &'static str> {
    LOCALES.ui_languages.iter().map(String::as_str)
}

/// The keyboard as Windows writes it: a locale that has a usual one, a language and a layout (`0407:00000407`), or an input method.
#[must_use]
pub fn keyboard(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    if let Some(locale) = LOCALES.system.iter().find(|locale| locale.name.eq_ignore_ascii_case(text)) {
        return locale.keyboard.is_some().then(|| locale.name.clone());
    }
    let is_method = KEYBOARDS.input_methods.keys().any(|known| known.to_lowercase() == lower);
    let (language, layout) = lower.split_once(':')?;
    let is_layout = KEYBOARDS.layouts.contains_key(layout) && KEYBOARDS.languages.contains_key(language);
    (is_method || is_layout).then_some(lower)
}

/// What a Windows of a language calls the administrator that it comes with
/// ([Microsoft](https://learn.microsoft.com/en-us/windows-server/identity/ad-ds/manage/understand-default-user-accounts)).
#[must_use]
pub fn administrator(ui_language: &str) -> &'static str {
    match ui_language {
        "es-ES" | "es-MX" | "pt-BR" | "pt-PT" => "Administrador",
        "fi-FI" => "J\u{e4}rjestelm\u{e4}nvalvoja",
        "fr-CA" | "fr-FR" => "Administrateur",
        "hu-HU" => "Rendszergazda",
        "ru-RU" => "\u{410}\u{434}\u{43c}\u{438}\u{43d}\u{438}\u{441}\u{442}\u{440}\u{430}\u{442}\u{43e}\u{440}",
        "sv-SE" => "Administrat\u{f6}r",
        _ => "Administrator",
    }
}

/// The time zones.
pub fn time_zones() -> impl Iterator<Item = &'static str> {
    TIME_ZONES.zones.keys().chain(TIME_ZONES.newer.keys()).map(String::as_str)
}

/// The time zone that a system without this newer one has for it.
#[must_use]
pub fn older_time_zone(name: &str) -> Option<&'static str> {
    TIME_ZONES.newer.get(name).map(|zone| zone.older.as_str())
}

/// What Windows calls a time zone that others name by a place, such as `Europe/Berlin`.
#[must_use]
pub fn time_zone_of(place: &str) -> Option<&'static str> {
    TIME_ZONES.iana.get(place).map(String::as_str)
}
