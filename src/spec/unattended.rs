//! How Windows installs itself in a domain, as written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::names::words;

/// How Windows installs itself, from an installer ISO among `cdroms`, without anybody at the keyboard. `{ "passwordFile": … }`
/// turns it on. The domain gets an additional optical drive, after its `cdroms`, with an answer file for Windows Setup
/// ([Microsoft](https://learn.microsoft.com/en-us/windows-hardware/manufacture/desktop/windows-setup-automation-overview))
/// and a script that sets up the rest after the first logon. Only for Windows.
///
/// The host makes this disc at activation, under `/run/lab2nix/unattended`, where only root and QEMU can read it: what it reads
/// of password files never enters the Nix store. A missing file stops the activation before it changes anything. When the guest
/// has reported that it is done, the disc is removed. A later change of these settings is for the next installation.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Unattended {
    /// The edition: `standard`, `standard-core`, `datacenter` or `datacenter-core` of a server; of a client `pro`, `enterprise`,
    /// `education`, `home` and others, `enterprise-evaluation` of evaluation media. Default: `standard` of a server, `pro` of a
    /// client.
    #[schemars(example = &"standard")]
    pub edition: Option<String>,
    /// The name of the image on the ISO, in English whatever the language of the ISO is: what `wimlib-imagex info
    /// sources/install.wim` calls `Name`. Default: that of the `edition`; of a client with a key none, as the key chooses.
    #[schemars(example = &"Windows Server 2022 SERVERSTANDARD")]
    pub image: Option<String>,
    /// The product key that Setup is given. Neither activates Windows. Not together with `productKeyFile`. Default: `generic` of a
    /// client, except of its evaluation editions; `none` of a server, whose evaluation media refuse a key.
    pub product_key: Option<ProductKey>,
    /// A file of the host whose first line is your own product key. Default: none.
    #[schemars(example = &"/run/secrets/windows-key")]
    pub product_key_file: Option<String>,
    /// The local account of a client, which is an administrator. A server has its `Administrator`. Default on a client: `lab`.
    #[schemars(example = &"lab")]
    pub user: Option<String>,
    /// A file of the host whose first line is the password: of `Administrator` on a server, of `user` on a client. Each domain needs one.
    #[schemars(example = &"/run/secrets/lab-admin")]
    pub password_file: Option<String>,
    /// The formats of numbers and dates, and the language of programs without Unicode. Default: `en-US`.
    #[schemars(example = &"de-DE")]
    pub locale: Option<String>,
    /// The language of Windows, which has to be the one of the ISO. Default: `en-US`.
    #[schemars(example = &"en-US")]
    pub ui_language: Option<String>,
    /// The keyboard: a locale, which stands for its usual keyboard, or a language and a layout as Windows numbers them. Default:
    /// that of `locale`.
    #[schemars(example = &"0407:00000407")]
    pub keyboard: Option<String>,
    /// The time zone, by the name that Windows has for it. Default: `UTC`.
    #[schemars(example = &"W. Europe Standard Time")]
    pub time_zone: Option<String>,
    /// The computer's name, at most 15 letters, digits and hyphens. With `replicas` the domain's number is appended, as in `PC-1`.
    /// Default: the domain's name.
    #[schemars(example = &"DC01")]
    pub computer_name: Option<String>,
    /// Whether interfaces with an `ip` or `ip6` get it as a static address, or by DHCP as others do. Default: `static` with
    /// `createDomain`, else `dhcp`.
    pub network: Option<Addresses>,
    /// The DNS servers of all interfaces. Default: with `joinDomain` the addresses of the lab's domain that creates it, if it has a
    /// static one; of static interfaces the network's own server; else those from DHCP.
    #[schemars(example = ["192.168.56.10"])]
    pub dns: Option<Vec<String>>,
    /// The Active Directory domain whose first controller the guest becomes: a forest of its own, with DNS. Default: none.
    pub create_domain: Option<CreateDomain>,
    /// The Active Directory domain that the guest joins. It tries until the domain controller answers. Default: none.
    pub join_domain: Option<JoinDomain>,
    /// How the guest can be managed from other computers. Default: none.
    #[schemars(example = ["rdp", "winrm"])]
    pub remote: Option<Vec<Remote>>,
    /// The SSH public keys of those who may log in as an administrator: the lines of `~/.ssh/*.pub`. Needs `ssh` in `remote`.
    /// Default: none.
    #[schemars(example = [format!("{} me", super::cloud_init::EXAMPLE_KEY)])]
    pub ssh_keys: Option<Vec<String>>,
    /// Whether the guest tools of the virtio-win ISO are installed: drivers, and the guest agent that `lab2nix install` asks
    /// whether it is done. The domain gets an optical drive with this ISO, unless it has one. Default: `true` on `x86_64`.
    pub guest_tools: Option<bool>,
    /// PowerShell commands that the system account runs at the end, in order. Default: none.
    #[schemars(example = ["Set-SmbServerConfiguration -EnableSMB1Protocol $false -Force"])]
    pub run: Option<Vec<String>>,
    /// PowerShell scripts, files of the host, which run after `run` in order. As they are read at activation, they may have
    /// secrets. Default: none.
    #[schemars(example = ["/srv/lab/scripts/sccm.ps1"])]
    pub scripts: Option<Vec<String>>,
}

/// The product key that Windows Setup is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ProductKey {
    /// The public one with which Windows installs its edition, and asks for a licence later.
    Generic,
    /// None, as evaluation media need it.
    None,
}

/// Where an interface's addresses come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Addresses {
    /// From the answer file, by the MAC address.
    Static,
    /// From the network's DHCP server.
    Dhcp,
}

/// A way to manage Windows from another computer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Remote {
    /// Remote Desktop, with network level authentication.
    Rdp,
    /// Windows Remote Management, for PowerShell and Ansible.
    Winrm,
    /// Microsoft's OpenSSH server. Windows downloads it, except in windows-server-2025, which has it; windows-server-2016 has none.
    Ssh,
}

/// An Active Directory domain that is created.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateDomain {
    /// Its name in DNS, with a dot in it. It is needed.
    #[schemars(example = &"lab.example")]
    pub name: Option<String>,
    /// Its NetBIOS name, at most 15 characters. Default: the first label of `name`, in capitals, cut to 15.
    #[schemars(example = &"LAB")]
    pub netbios: Option<String>,
    /// A file of the host whose first line is the password for Directory Services Restore Mode. Default: that of the administrator.
    #[schemars(example = &"/run/secrets/lab-dsrm")]
    pub recovery_password_file: Option<String>,
}

/// An Active Directory domain that is joined.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct JoinDomain {
    /// Its name in DNS, with a dot in it. It is needed.
    #[schemars(example = &"lab.example")]
    pub name: Option<String>,
    /// The account that joins computers: `Administrator`, or `LAB\\joiner`, or `joiner@lab.example`. Default: `Administrator`.
    #[schemars(example = &"Administrator")]
    pub user: Option<String>,
    /// A file of the host whose first line is the password of that account. Default: of the administrator of a domain
    /// that a guest of this lab creates, that one's password.
    #[schemars(example = &"/run/secrets/lab-admin")]
    pub password_file: Option<String>,
    /// The organizational unit of the computer's account, as a distinguished name. Default: the domain's own for computers.
    #[schemars(example = &"OU=Clients,DC=lab,DC=example")]
    pub unit: Option<String>,
}

words!(ProductKey, Addresses, Remote);
