//! `status`: looks at domains, and changes nothing.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal as _};
use std::thread;
use std::time::{Duration, Instant};

use uuid::Uuid;

use super::{Ground, Specs};
use crate::cli::Cli;
use crate::cli::commands::{ATTENTION, Failure, insist, is_read, plan, print};
use crate::cli::operate::{StatusArguments, StatusFormat};
use crate::operate::due::due;
use crate::operate::fleet::{Member, Purpose};
use crate::operate::ready::Look;
use crate::operate::save;
use crate::operate::status::{Known, Status};
use crate::plan::Plan;

/// How often is looked while somebody watches, and how often a plan is made.
const PAUSE: Duration = Duration::from_secs(2);
const PLAN_AGAIN: Duration = Duration::from_secs(60);

pub(in crate::cli::commands) fn status(cli: &Cli, arguments: &StatusArguments) -> Result<u8, Failure> {
    let Some(specs) = Specs::read(cli, &arguments.domains.lab.specs)? else { return Ok(ATTENTION) };
    let mut planned: Option<(Instant, Option<Plan>)> = None;
    loop {
        let ground = Ground::of(&specs, &arguments.domains.lab, &arguments.domains.globs, Purpose::Look)?;
        if planned.as_ref().is_none_or(|(made, _)| made.elapsed() >= PLAN_AGAIN) {
            let plan = plan::of_labs(&specs.objects()?, &ground.virsh, &ground.world);
            let plan =
                plan.map_err(|why| insist(cli, &format!("cannot determine what a switch would restart: {why}\n")));
            planned = Some((Instant::now(), plan.ok()));
        }
        let plan = planned.as_ref().and_then(|(_, plan)| plan.as_ref());
        let members: Vec<&Member<'_>> = ground.fleet.members.iter().collect();
        // Who only looks asks no guest.
        let sights = Look { virsh: &ground.virsh, agent: None }.at(&members)?;
        let names: Vec<&str> = specs.labs()?.into_iter().map(|lab| lab.name.as_str()).collect();
        let mut saves: BTreeMap<Uuid, Vec<String>> = BTreeMap::new();
        for save in save::saves(&ground.world.objects, &names) {
            save.parts.iter().for_each(|part| saves.entry(part.uuid).or_default().push(save.name.clone()));
        }
        let known = Known { saves, due: due(&ground.world, plan), is_planned: plan.is_some() };
        let status = Status::of(ground.virsh.connection(), &ground.fleet, sights, &known);
        let text = match arguments.format {
            StatusFormat::Table => status.table(),
            StatusFormat::Json => status.json(),
        };
        if !arguments.watch {
            return print(&text).map(|()| 0);
        }
        // To the top left, and what is there goes.
        let is_screen = io::stdout().is_terminal() && arguments.format == StatusFormat::Table;
        let shown = if is_screen { format!("\x1b[H\x1b[2J{text}") } else { text };
        if !is_read(&shown)? {
            return Ok(0);
        }
        thread::sleep(PAUSE);
    }
}
