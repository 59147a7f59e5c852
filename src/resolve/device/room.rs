//! Whether there is room for all devices that a domain has.

use crate::lab::cloud_init::CloudInit;
use crate::lab::device::hostdev::HostDevice;
use crate::lab::device::input::Input;
use crate::lab::domain::board::Board;
use crate::lab::drive::{Cdrom, Disk};
use crate::lab::interface::Interface;
use crate::lab::unattended::Unattended;
use crate::place::Place;
use crate::problem::{Id, Problem, Problems};
use crate::resolve::drive::bus;
use crate::resolve::guest::Guest;
use crate::spec::drive::DiskBus;
use crate::spec::input::InputBus;
use crate::spec::key::key;
use crate::spec::sound::Sound;

/// What of a domain there can be too much of.
pub(crate) struct Plugged<'a> {
    pub(crate) disks: &'a [Disk],
    pub(crate) cdroms: &'a [Cdrom],
    pub(crate) cloud_init: Option<&'a CloudInit>,
    pub(crate) unattended: Option<&'a Unattended>,
    pub(crate) interfaces: &'a [Interface],
    pub(crate) hostdevs: &'a [HostDevice],
    pub(crate) inputs: &'a [Input],
    pub(crate) sound: Sound,
}

impl Plugged<'_> {
    /// Refuses the first drive of each bus, and the first device on PCI and on USB, that there is no room left for.
    pub(crate) fn have_room(&self, guest: &Guest<'_>, problems: &mut Problems) {
        let (board, domain) = (guest.board, guest.instance.name.as_str());
        let on_buses = (self.disks.iter().map(|disk| (disk.bus, &disk.at)))
            .chain(self.cdroms.iter().map(|cdrom| (cdrom.bus, &cdrom.at)))
            .chain(self.cloud_init.iter().map(|init| (init.bus, &init.at)))
            .chain(self.unattended.iter().map(|unattended| (unattended.bus, &unattended.at)));
        bus::have_room(on_buses, board, domain, problems);
        let (on_pci, on_usb) = (self.on_pci(guest), self.on_usb());
        if let Some(place) = on_pci.into_iter().nth(on_pci_at_most(board)) {
            problems.push(
                full(place, domain, on_pci_at_most(board), "PCI")
                    .label("has no slot left")
                    .help("leave some out, or put disks on another bus, such as `\"bus\": \"scsi\"`"),
            );
        }
        // They are written as a number.
        let redirections = guest.layers.value(key!(usb_redirections)).unwrap_or(0) as usize;
        let further = redirections + usize::from(self.sound == Sound::Usb);
        if let Some(place) = on_usb.into_iter().nth(ON_USB_AT_MOST - further) {
            problems.push(
                full(place, domain, ON_USB_AT_MOST, "USB")
                    .label("has no port left")
                    .help("leave some out, or put them on another bus, such as `\"bus\": \"virtio\"`"),
            );
        }
    }

    /// The places of devices that have a slot or port of their own, in order.
    fn on_pci(&self, guest: &Guest<'_>) -> Vec<Place> {
        let disks = self.disks.iter().filter(|disk| matches!(disk.bus, DiskBus::Virtio | DiskBus::Nvme));
        (self.interfaces.iter().map(|interface| Place::value(&interface.at)))
            .chain(disks.map(|disk| Place::value(&disk.at)))
            .chain(self.hostdevs.iter().filter(|device| device.is_pci()).map(|device| device.place.clone()))
            .chain(guest.layers.objects(key!(shares)).map(|share| share.place()))
            .chain(guest.layers.entries(key!(shmem)).into_iter().map(|(_, shmem)| shmem.place()))
            .chain(self.written_on(InputBus::Virtio))
            .collect()
    }

    /// The places of devices that are plugged into USB.
    fn on_usb(&self) -> Vec<Place> {
        (self.disks.iter().filter(|disk| disk.bus == DiskBus::Usb).map(|disk| Place::value(&disk.at)))
            .chain(self.hostdevs.iter().filter(|device| device.is_usb()).map(|device| device.place.clone()))
            .chain(self.written_on(InputBus::Usb))
            .collect()
    }

    fn written_on(&self, bus: InputBus) -> impl Iterator<Item = Place> {
        let on_bus = self.inputs.iter().filter(move |input| input.bus == Some(bus));
        on_bus.filter_map(|input| input.at.as_ref()).map(Place::value)
    }
}

/// How many devices a board has room for, where each has a slot or port of its own: as many interfaces as libvirt 11.3 was seen
/// to take of a domain with nothing else.
fn on_pci_at_most(board: Board) -> usize {
    match board {
        Board::Q35 => 236,
        Board::I440fx => 626,
        Board::Virt => 244,
        Board::Other => usize::MAX,
    }
}

/// How many USB devices there is room for: as many as libvirt 11.3 was seen to take, on every board. It adds hubs to the 15
/// ports of the controller until it finds no place for another one.
const ON_USB_AT_MOST: usize = 143;

fn full(place: Place, domain: &str, room: usize, on: &str) -> Problem {
    Problem::new(Id::BusFull, place, format!("domain `{domain}` has more than {room} devices on {on}"))
}
