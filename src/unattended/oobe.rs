//! What a new Windows asks before the first logon, and the logon.

use super::{component, international, secret};
use crate::answer::{Component, Element, Pass};
use crate::lab::domain::Domain;
use crate::lab::unattended::{Account, Unattended};
use crate::spec::guest::Os;

/// What the first logon runs: the script of the disc, which may be any drive.
const COMMAND: &str = "powershell.exe -NoProfile -ExecutionPolicy Bypass -Command \"foreach ($drive in \
    [IO.DriveInfo]::GetDrives()) { if ($drive.DriveType -ne 'CDRom') { continue } $script = [IO.Path]::Combine($drive.Name, 'lab2nix\\setup.ps1'); if \
    ([IO.File]::Exists($script)) { & $script; break } }\"";

pub(super) fn components(domain: &Domain, unattended: &Unattended) -> Vec<Component> {
    let mut components = vec![international(Pass::OobeSystem, &unattended.language)];
    // A disk that encrypts itself is of no use to a clone, or to an older save.
    if domain.os == Os::Windows11 {
        let off = vec![Element::text("PreventDeviceEncryption", "true")];
        components.push(component(Pass::OobeSystem, "Microsoft-Windows-SecureStartup-FilterDriver", off));
    }
    let shell = vec![logon(&unattended.account), first_logon(), welcome(domain.os), accounts(&unattended.account)];
    components.push(component(Pass::OobeSystem, "Microsoft-Windows-Shell-Setup", shell));
    components
}

/// Who logs on without being asked, once.
fn logon(account: &Account) -> Element {
    let elements = [
        secret("Password", "Password"),
        Element::text("Enabled", "true"),
        Element::text("LogonCount", "1"),
        Element::text("Username", account.name()),
    ];
    Element::group("AutoLogon", elements)
}

fn first_logon() -> Element {
    let command = [Element::text("Order", "1"), Element::text("CommandLine", COMMAND)];
    Element::group("FirstLogonCommands", [Element::group("SynchronousCommand", command)])
}

/// The pages that are not shown.
fn welcome(os: Os) -> Element {
    let server = os.is_windows_server().then(|| Element::text("HideLocalAccountScreen", "true"));
    let elements = [Element::text("HideEULAPage", "true")].into_iter().chain(server).chain([
        Element::text("HideOEMRegistrationScreen", "true"),
        Element::text("HideOnlineAccountScreens", "true"),
        Element::text("HideWirelessSetupInOOBE", "true"),
        Element::text("ProtectYourPC", "3"),
    ]);
    Element::group("OOBE", elements)
}

fn accounts(account: &Account) -> Element {
    let element = match account {
        Account::Administrator => secret("AdministratorPassword", "AdministratorPassword"),
        Account::Local(name) => {
            let own =
                [secret("Password", "Password"), Element::text("Group", "Administrators"), Element::text("Name", name)];
            Element::group("LocalAccounts", [Element::group("LocalAccount", own)])
        }
    };
    Element::group("UserAccounts", [element])
}
