//! Reads the shares of a domain: their directories, their tags, and which server serves them.

use crate::lab::device::share::{Share, ShareServer};
use crate::place::Place;
use crate::problem::{Id, Problem, Problems};
use crate::resolve::layers::{Layers, written};
use crate::resolve::{parse, text};
use crate::spec::key::key;
use crate::spec::share::ShareDriver;
use crate::spec::{DomainFields, share as written};

/// The longest tag of a virtiofs share, in bytes
/// ([virtio](https://docs.oasis-open.org/virtio/virtio/v1.2/virtio-v1.2.html), device configuration of file systems).
const TAG_MAX: usize = 36;

/// The longest tag of a 9p share, in bytes: QEMU's `MAX_TAG_LEN` less the closing NUL.
const PLAN9_TAG_MAX: usize = 31;

/// Reads the shares.
pub(crate) fn shares(layers: &Layers<'_, DomainFields>, problems: &mut Problems) -> Vec<Share> {
    let mut shares: Vec<Share> = Vec::new();
    let mut tags: Vec<(String, Place)> = Vec::new();
    for layers in layers.objects(key!(shares)) {
        let source = layers.get(key!(source)).and_then(|word| text::path(word, problems));
        let server = server(&layers, problems);
        let max = match server {
            ShareServer::Virtiofs { .. } => TAG_MAX,
            ShareServer::Plan9 { .. } => PLAN9_TAG_MAX,
        };
        let tag = layers.get(key!(tag)).and_then(|word| {
            let tag = text::line_of(word, problems)?;
            if tag.is_empty() || tag.len() > max {
                problems.push(
                    Problem::bad_name(word.place(), format!("`{tag}` cannot be the tag of a share"))
                        .label(format!("{} bytes", tag.len()))
                        .help(format!("use 1 to {max} bytes")),
                );
                return None;
            }
            if let Some((_, first)) = tags.iter().find(|(other, _)| *other == tag) {
                problems.push(
                    Problem::of_value(Id::DuplicateTag, word.place(), format!("two shares have the tag `{tag}`"))
                        .second_of(first)
                        .help("give each share a tag of its own"),
                );
            }
            tags.push((tag.clone(), word.place()));
            Some(tag)
        });
        let readonly = layers.value(key!(readonly)).unwrap_or(false);
        let extra = text::extras(layers.every(key!(extra)), problems);
        shares.extend(source.zip(tag).map(|(source, tag)| Share { source, tag, readonly, server, extra }));
    }
    shares
}

fn server(layers: &Layers<'_, written::Share>, problems: &mut Problems) -> ShareServer {
    match layers.value(key!(driver)).unwrap_or_default() {
        ShareDriver::Virtiofs => {
            parse::only_for(written!(layers => access_mode), "a virtiofs share", "`9p`", problems);
            if let Some(size) = layers.get(key!(queue_size)).filter(|size| !size.value.is_power_of_two()) {
                problems.push(
                    Problem::out_of_range(size.place(), format!("a queue for {} requests", size.value))
                        .label("must be a power of two")
                        .help("write `128`, `256`, `512` or `1024`"),
                );
            }
            ShareServer::Virtiofs {
                cache: layers.value(key!(cache)),
                xattr: layers.value(key!(xattr)),
                queue_size: layers.value(key!(queue_size)),
            }
        }
        ShareDriver::Plan9 => {
            parse::only_for(written!(layers => cache, xattr, queue_size), "a 9p share", "`virtiofs`", problems);
            ShareServer::Plan9 { access_mode: layers.value(key!(access_mode)).unwrap_or_default() }
        }
    }
}
