//! The whole way from a spec's text to proven files: [`check`](fn@check), then [`generate`].

mod allowed;

use std::thread;

use crate::base::Bases;
use crate::check;
use crate::host_file::HostSystem;
use crate::lab::Lab;
use crate::lab::identity::ObjectKind;
use crate::libvirt::vocabulary::Vocabulary;
use crate::libvirt::{self, Objects};
use crate::neighbours::{self, Hosts};
use crate::nix::host::{HOST_DIRECTORY, host_files};
use crate::nix::{file, module};
use crate::nocloud;
use crate::parallel;
use crate::problem::{Id, Problem, Problems, Severity};
use crate::proof::{self, Proven};
use crate::resolve::{self, secret};
use crate::source::{File, Joined, Source};
use crate::spec::{schema, validate};
use crate::unattended::{self, Disc, FileKind};
use crate::xml;

pub use allowed::{Allowance, Allowed};

/// A spec that has been checked as a whole.
#[derive(Debug)]
pub struct Checked {
    /// Everything that is wrong with it, in no particular order, but for what it allows.
    pub problems: Vec<Problem>,
    /// The warnings that the spec allows, which are among the problems no more.
    pub allowed: Vec<Allowed>,
    /// What the spec allows.
    pub allowances: Vec<Allowance>,
    /// The lab and its objects, unless the text or that of an included file is not JSON or not there. Fit to build from only
    /// if no problem is an error.
    pub built: Option<(Lab, Objects)>,
}

/// What failed outside the spec.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The spec has errors, so there is nothing to generate.
    #[error("the spec has errors")]
    Problems,
    /// A file cannot be made.
    #[error("a file cannot be made; this is a mistake in lab2nix")]
    File(#[from] file::Error),
    /// A proof failed.
    #[error("a proof failed, so nothing was written; this is a mistake in lab2nix")]
    Proof(#[from] proof::Error),
}

impl Checked {
    fn unbuilt(problems: Vec<Problem>) -> Self {
        Self { problems, allowed: Vec::new(), allowances: Vec::new(), built: None }
    }

    /// Whether nothing stands in the way of generating.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        is_sound(&self.problems)
    }

    /// The lab and its objects, fit to build from.
    ///
    /// # Errors
    ///
    /// [`Error::Problems`] when a problem is an error.
    pub fn lab(&self) -> Result<(&Lab, &Objects), Error> {
        let built = self.built.as_ref().filter(|_| self.is_sound());
        built.map(|(lab, objects)| (lab, objects)).ok_or(Error::Problems)
    }
}

/// Finds everything that is wrong with a spec. `problems` are those of reading its text.
///
/// # Panics
///
/// When a valid spec does not deserialize, which is a mistake in this crate.
#[must_use]
pub fn check(source: &Source, mut problems: Vec<Problem>) -> Checked {
    secret::conceal(source, &mut problems);
    let apart = source.files().iter().filter_map(File::apart);
    problems.extend(apart.flat_map(|apart| validate::check_apart(apart, schema::cached())));
    let Some(root) = source.root() else {
        return Checked::unbuilt(problems);
    };
    // Whatever else is wrong there, no report may show them.
    problems.extend(secret::check(root));
    let (value, structural) = validate::check(root, schema::cached());
    if !source.is_complete() {
        // What is missing may be in what is not there.
        problems.extend(structural.problems.into_iter().filter(|problem| problem.id != Id::MissingField));
        return Checked::unbuilt(problems);
    }
    let bases = Bases::read(source, &value, &mut problems);
    let unders = bases.unders(&value);
    let over_bases = bases.has_whole().then(|| value.clone());
    let spec = bases.spec(value);
    let allowances = allowed::read(spec.allow.as_deref().unwrap_or_default(), root, &mut problems);
    let (lab, mut later) = resolve::resolve(&spec);
    check::check(&lab, &mut later);
    let (objects, inexpressible) = libvirt::objects_over(&lab, &unders);
    later.extend(inexpressible);
    let later = later.into_vec().into_iter().filter(|problem| !bases.excuse(problem)).collect();
    problems.extend(structural.independent(later));
    problems.extend(structural.problems);
    let is_sound = is_sound(&problems);
    if is_sound {
        problems.extend(check::check_sound(&lab));
        problems.extend(over_bases.iter().flat_map(|value| bases.silent(value, &lab)));
    }
    // What has an error may have more warnings once that is mended.
    let allowed = allowed::take(&allowances, source, &mut problems, is_sound);
    Checked { problems, allowed, allowances, built: Some((lab, objects)) }
}

/// The problems of several specs, and those that their labs have with each other, as far as they are sound: see
/// [`neighbours`]. Their places are among the texts of all.
#[must_use]
pub fn check_together<'s>(
    specs: impl IntoIterator<Item = (&'s Source, &'s Checked)>,
    hosts: Hosts,
) -> (Joined<'s>, Problems) {
    let (sources, checked): (Vec<&Source>, Vec<&Checked>) = specs.into_iter().unzip();
    let (joined, mut problems) = (Joined::new(sources), Problems::default());
    for (spec, checked) in checked.iter().enumerate() {
        problems.extend(checked.problems.iter().map(|problem| joined.problem(spec, problem.clone())));
    }
    let labs = checked.iter().enumerate().filter_map(|(spec, checked)| Some((spec, checked.lab().ok()?.0)));
    let mut between = Problems::default();
    neighbours::check(labs, &joined, hosts, &mut between);
    let mut between = between.into_vec();
    allowed::take_joined(checked.iter().map(|checked| checked.allowances.as_slice()), &joined, &mut between);
    problems.extend(between);
    (joined, problems)
}

/// Whether none of the problems stands in the way of generating.
fn is_sound(problems: &[Problem]) -> bool {
    !problems.iter().any(|problem| problem.id.severity() == Severity::Error)
}

/// The files of a lab, proven: the lists of networks, pools and domains, the module that says what the lab is, the files of the one
/// that makes it the host's, and the schema for editors where the lab's `$schema` is there. `spec` is the name of the spec's
/// file, for their first lines.
///
/// # Errors
///
/// See [`Error`].
pub fn generate(checked: &Checked, spec: &str) -> Result<Vec<Proven>, Error> {
    let (lab, objects) = checked.lab()?;
    // They are part of the module, in which they are a text like any other.
    discs(checked)?;
    let mut lists = Vec::new();
    for kind in ObjectKind::ALL {
        lists.push(file::list_file(kind, objects, &lab.target, spec)?);
    }
    let heads: Vec<file::ListHead> = lists.iter().map(file::ListFile::head).collect();
    // The proof of the domains takes by far the longest, so the modules are proven meanwhile.
    let (proofs, modules) = thread::scope(|scope| {
        let prove = |list| move || proof::list(list, objects, lab.target.nixvirt);
        let proofs: Vec<_> = lists.into_iter().map(|list| scope.spawn(prove(list))).collect();
        let names = heads.iter().map(|list| file::list_file_name(list.kind));
        let beside: Vec<&str> = names.chain([HOST_DIRECTORY]).collect();
        let module = module::module_file(lab, &heads, spec).map_err(Error::from);
        let module = module.and_then(|module| Ok(proof::module(module, &beside)?));
        let host = host_files(lab.target.format).into_iter().map(|file| Ok(proof::host_file(file)?));
        let schema = lab.target.schema.then(|| Ok::<_, Error>(proof::schema_file(schema::schema_text())?));
        let modules: Vec<Result<Proven, Error>> = [module].into_iter().chain(host).chain(schema).collect();
        (proofs.into_iter().map(parallel::joined).collect::<Vec<_>>(), modules)
    });
    proofs.into_iter().map(|proof| Ok(proof?)).chain(modules).collect()
}

/// The definitions of a lab as libvirt's XML for a host, proven: see [`xml::file::files`] for their names and order.
///
/// # Errors
///
/// See [`Error`].
pub fn documents(checked: &Checked, system: HostSystem) -> Result<Vec<Proven>, Error> {
    let (lab, objects) = checked.lab()?;
    let objects = libvirt::objects_on(system, lab, objects);
    let libvirt = Vocabulary::whole(lab.target.nixvirt);
    let prove = |file| Ok(proof::document(file, libvirt)?);
    xml::file::files(lab, &objects).into_iter().map(prove).collect()
}

/// The files of the discs by which Windows installs itself, proven: `unattended/<domain>/autounattend.xml` and those beside it.
///
/// # Errors
///
/// See [`Error`].
pub fn discs(checked: &Checked) -> Result<Vec<Proven>, Error> {
    let (lab, _) = checked.lab()?;
    let prove = |disc: Disc<'_>| FileKind::ALL.map(|kind| Ok(proof::disc_file(&disc, kind)?));
    unattended::discs(lab).flat_map(prove).collect()
}

/// The files of the `NoCloud` seeds, proven: `seeds/<domain>/user-data` and those beside it.
///
/// # Errors
///
/// See [`Error`].
pub fn seeds(checked: &Checked) -> Result<Vec<Proven>, Error> {
    let (lab, _) = checked.lab()?;
    let files = nocloud::seeds(lab).flat_map(|seed| seed.files.into_iter().map(move |file| (seed.domain, file)));
    files.map(|(domain, file)| Ok(proof::seed_file(domain, file)?)).collect()
}
