//! A plan as programs read it, and its schema (`schema/plan.schema.json`). People get the same, in other words.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use super::consequence::{Consequence, Harm};
use super::{Certainty, Effect, Location, Places, Plan, Subject};
use crate::activation::outcome::Unknown;
use crate::spec::schema;

/// What an activation of the host's libvirt objects will do.
///
/// Programs should take reasons, which are texts for people, and consequences that they do not know.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "lab2nix plan")]
pub struct View {
    /// What it is compared with: the URI of a libvirt, or where the former spec is from.
    pub against: String,
    /// Whether it is exact (libvirt was asked for what it has and what it makes of definitions) or likely (definitions are
    /// compared as they are written: true if everything runs and nobody has changed anything by hand).
    pub certainty: CertaintyView,
    /// Who activates: NixVirt alone, or lab2nix before and after it, so that nobody is cut off.
    pub activation: ActivationView,
    /// What happens, the most harmful first.
    pub effects: Vec<EffectView>,
    /// The consequences at which lab2nix's part of the activation stops before anything is done, unless they are accepted.
    #[schemars(with = "Vec<String>")]
    pub refused: Vec<Consequence>,
    /// What somebody has changed by hand, and the activation undoes.
    pub by_hand: Vec<ByHandView>,
    /// How many objects of each kind stay as they are.
    pub unchanged: BTreeMap<&'static str, usize>,
    /// What could not be seen, and was taken to be as it should be.
    pub unknown: Vec<String>,
    /// All of it in a line.
    pub summary: String,
}

/// How far a plan can be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CertaintyView {
    /// libvirt was asked.
    Exact,
    /// Only definitions were compared.
    Likely,
}

/// Who activates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ActivationView {
    /// lab2nix has its part before and after NixVirt.
    Gentle,
    /// NixVirt alone.
    NixVirt,
}

/// What happens to an object.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EffectView {
    /// Its name, which `lab2nix explain` knows.
    #[schemars(with = "String")]
    pub consequence: Consequence,
    /// Whether data is lost.
    pub loses_data: bool,
    /// What it happens to.
    pub object: SubjectView,
    /// What happens.
    pub what: String,
    /// Why.
    pub causes: Vec<CauseView>,
    /// How to have it otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instead: Option<String>,
}

/// What something happens to.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SubjectView {
    /// `network`, `pool`, `volume`, `domain`; `activation` for the whole of it.
    pub kind: &'static str,
    /// Its name; of a volume, its path.
    pub name: String,
}

/// Why something happens.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CauseView {
    /// The reason, for people.
    pub text: String,
    /// Where it is in the spec.
    #[serde(flatten)]
    pub place: Option<LocationView>,
}

/// A position in a file.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LocationView {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
}

/// Something that was changed by hand.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ByHandView {
    /// The object.
    pub object: SubjectView,
    /// What was changed, from what the last activation made to what libvirt has.
    pub changes: Vec<String>,
}

impl View {
    /// A plan, `against` what it was made for.
    #[must_use]
    pub fn new(plan: &Plan, against: &str, places: &dyn Places) -> Self {
        let subject = |subject: &Subject| SubjectView { kind: subject.kind, name: subject.name.clone() };
        let effect = |effect: &Effect| EffectView {
            consequence: effect.consequence,
            loses_data: effect.consequence.harm() == Harm::DataLost,
            object: subject(&effect.object),
            what: effect.what.clone(),
            causes: effect
                .causes
                .iter()
                .map(|cause| CauseView {
                    text: cause.text.clone(),
                    place: cause
                        .of
                        .as_ref()
                        .and_then(|(kind, uuid, changes)| places.of(*kind, *uuid, changes))
                        .map(|Location { file, line, column }| LocationView { file, line, column }),
                })
                .collect(),
            instead: effect.instead.clone(),
        };
        Self {
            against: against.to_owned(),
            certainty: match plan.certainty {
                Certainty::Exact => CertaintyView::Exact,
                Certainty::Likely => CertaintyView::Likely,
            },
            activation: if plan.is_gentle { ActivationView::Gentle } else { ActivationView::NixVirt },
            effects: plan.effects.iter().map(effect).collect(),
            refused: plan.refused().map(|effect| effect.consequence).collect::<BTreeSet<_>>().into_iter().collect(),
            by_hand: plan
                .by_hand
                .iter()
                .map(|by_hand| ByHandView {
                    object: subject(&by_hand.object),
                    changes: by_hand.changes.iter().map(|change| change.text.clone()).collect(),
                })
                .collect(),
            unchanged: plan.unchanged.clone(),
            unknown: plan.run.unknown.iter().map(unknown).collect(),
            summary: plan.summary(),
        }
    }

    /// As JSON.
    #[must_use]
    pub fn json(&self) -> String {
        schema::json_of(self)
    }
}

fn unknown(unknown: &Unknown) -> String {
    match unknown {
        Unknown::File(path) => format!("whether there is a file `{path}`"),
        Unknown::InPool { pool, volume } => format!("whether the pool `{pool}` has the volume `{volume}`"),
        Unknown::Imported(name) => format!("what the imported domain `{name}` is, and what becomes of it"),
        Unknown::Bridge(name) => format!("whether there is a bridge `{name}`"),
        Unknown::Volume { path, present: true } => format!("whether the volume `{path}` is there, or is created empty"),
        Unknown::Volume { path, present: false } => format!("whether the volume `{path}` is there, and is deleted"),
    }
}

/// The schema of plans, as the text of `schema/plan.schema.json`.
#[must_use]
pub fn schema_text() -> String {
    schema::text_of::<View>()
}
