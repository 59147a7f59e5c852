//! The definition of the displays and the sound
//! ([libvirt](https://libvirt.org/formatdomain.html#graphical-framebuffers)).

use crate::lab::device::screen::{Graphics, Screen};
use crate::lab::device::sound::Audio;
use crate::libvirt::tree::Tree;
use crate::spec::screen::GraphicsType;
use crate::spec::sound::{AudioType, Sound};

pub(super) fn graphics(graphics: &Graphics) -> Tree {
    let gl = || {
        let gl = Tree::new().with_some("enable", graphics.gl.then_some(true));
        gl.with_some("rendernode", graphics.render_node.clone()).unless_empty()
    };
    let protocol = match graphics.protocol {
        GraphicsType::Spice => "spice",
        GraphicsType::Vnc | GraphicsType::None => "vnc",
        GraphicsType::EglHeadless => return Tree::new().with("type", "egl-headless").with_some("gl", gl()),
    };
    let listen = match graphics.listen {
        Some(address) => Tree::new().with("type", "address").with("address", address.to_string()),
        None => Tree::new().with("type", "none"),
    };
    Tree::new()
        .with("type", protocol)
        .with("autoport", graphics.port.is_none())
        .with_some("port", graphics.port.as_ref().map(|port| port.value))
        .with_some("websocket", graphics.websocket.as_ref().map(|port| port.value))
        .with_some("keymap", graphics.keymap.as_ref().map(|keymap| keymap.value.clone()))
        .with_each("listen", [listen])
        .with_some("gl", gl())
}

pub(super) fn video(screen: &Screen) -> Tree {
    let model = Tree::new()
        .with("type", screen.video.name())
        .with_some("heads", screen.heads)
        .with_some("acceleration", screen.accel3d.then(|| Tree::new().with("accel3d", true)));
    Tree::new().with("model", model)
}

/// The sound device, if there is one.
pub(super) fn sound(sound: Sound) -> Option<Tree> {
    (sound != Sound::None).then(|| Tree::new().with("model", sound.name()))
}

pub(super) fn audio(audio: &Audio) -> Tree {
    // JACK has a server for each direction.
    let (server, jack) =
        if audio.kind == AudioType::Jack { (None, audio.server.as_ref()) } else { (audio.server.as_ref(), None) };
    let direction =
        || Tree::new().with_some("dev", audio.device.clone()).with_some("serverName", jack.cloned()).unless_empty();
    Tree::new()
        .with("id", 1_u32)
        .with("type", audio.kind.name())
        .with_some("serverName", server.cloned())
        .with_some("runtimeDir", audio.runtime_dir.clone())
        .with_some("path", audio.path.as_ref().map(|path| path.value.clone()))
        .with_some("input", direction())
        .with_some("output", direction())
}
