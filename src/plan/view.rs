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
    /// What the specs are compared with: the URI of a libvirt, or the source of the earlier spec.
    pub against: String,
    /// Whether the plan is exact (libvirt was asked for its objects and how it normalizes definitions) or likely (only
    /// the definitions are compared: correct if everything is running and nothing was changed by hand).
    pub certainty: CertaintyView,
    /// Who activates: NixVirt alone, or also lab2nix before and after it, so that no domain is forced off.
    pub activation: ActivationView,
    /// What happens, the most harmful first.
    pub effects: Vec<EffectView>,
    /// The consequences for which lab2nix's part of the activation fails before it changes anything, unless they are
    /// accepted.
    #[schemars(with = "Vec<String>")]
    pub refused: Vec<Consequence>,
    /// Manual changes that the activation undoes.
    pub by_hand: Vec<ByHandView>,
    /// How many objects of each kind do not change.
    pub unchanged: BTreeMap<&'static str, usize>,
    /// What could not be determined, and was assumed to be as it should be.
    pub unknown: Vec<String>,
    /// The whole plan in one line.
    pub summary: String,
}

/// How reliable a plan is.
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
    /// lab2nix runs before and after NixVirt.
    Gentle,
    /// NixVirt alone.
    NixVirt,
}

/// What happens to an object.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EffectView {
    /// The name of the consequence, which `lab2nix explain` explains.
    #[schemars(with = "String")]
    pub consequence: Consequence,
    /// Whether data is lost.
    pub loses_data: bool,
    /// What it happens to.
    pub object: SubjectView,
    /// What happens.
    pub what: String,
    /// The reasons.
    pub causes: Vec<CauseView>,
    /// How to avoid it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instead: Option<String>,
}

/// What something happens to.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SubjectView {
    /// `network`, `pool`, `volume`, `domain`; `activation` for the activation as a whole.
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
    /// The changes, from the definition of the last activation to libvirt's current one.
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
        Unknown::File(path) => format!("whether the file `{path}` exists"),
        Unknown::InPool { pool, volume } => format!("whether the pool `{pool}` has the volume `{volume}`"),
        Unknown::Imported(name) => format!("the definition of the imported domain `{name}`, and what happens to it"),
        Unknown::Bridge(name) => format!("whether the bridge `{name}` exists"),
        Unknown::Volume { path, present: true } => format!("whether the volume `{path}` exists, or is created empty"),
        Unknown::Volume { path, present: false } => format!("whether the volume `{path}` exists, and is deleted"),
    }
}

/// The schema of plans, as the text of `schema/plan.schema.json`.
#[must_use]
pub fn schema_text() -> String {
    schema::text_of::<View>()
}
