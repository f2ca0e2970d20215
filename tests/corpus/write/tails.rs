//! Damaged tails that were kept.

use breakglass::crypto::digest::Digest;
use breakglass::record::finding::Rule;
use breakglass::record::repair::{Began, Recovered};
use breakglass::record::request::EndOutcome;

use super::log_case::{small, spoiled};
use crate::world::{Asking, World};

pub fn write() {
    let world = small();
    let asking = world.emergency();
    kept(&world, &asking);
    contents(&world);
}

/// The beginning of a release of this request.
fn release_of(request: &Digest) -> Vec<u8> {
    format!("{{\"type\":\"breakglass/v1/release\",\"says\":{{\"request\":\"{request}\"").into_bytes()
}

fn kept(world: &World, asking: &Asking) {
    let release = release_of(&asking.record);
    for (name, about, tail) in [
        (
            "recovered",
            "A damaged tail that began a record of statements.",
            b"{\"type\":\"breakglass/v1/statements\",".to_vec(),
        ),
        ("recovered-zeros", "A tail of zeros could have been a release.", vec![0; 512]),
        ("recovered-garbage", "A tail of which nobody can tell what it began.", vec![0xff; 9]),
        ("recovered-release", "A tail that began a release exposes what was asked for.", release.clone()),
        ("recovered-release-cut-off", "A tail that ends before it names a request.", release[..60].to_vec()),
        ("recovered-kind-cut-off", "A tail that ends within its kind.", release[..26].to_vec()),
        (
            "recovered-other-kind-cut-off",
            "A tail that ends within another kind.",
            b"{\"type\":\"breakglass/v1/e".to_vec(),
        ),
        ("recovered-type-cut-off", "A tail that ends within its type.", release[..9].to_vec()),
        (
            "recovered-release-of-no-request",
            "A release of a request that the log does not hold.",
            release_of(&Digest::of(b"another request")),
        ),
        ("recovered-text-and-zeros", "A tail of text and zeros.", [&release[..], &[0; 400]].concat()),
    ] {
        spoiled(world, name, about, Rule::Recovered, |world| {
            world.set_bytes([world.bytes(), tail].concat());
            world.recover("alice").unwrap();
        });
    }
    spoiled(world, "recovered-after-end", "What has ended cannot be begun.", Rule::Recovered, |world| {
        world.end(asking, EndOutcome::NotReleased);
        world.set_bytes([world.bytes(), vec![0; 9]].concat());
        world.recover("alice").unwrap();
    });
}

/// A record of a tail that says something else than there was.
fn contents(world: &World) {
    type Change = fn(&mut Recovered);
    let changes: [(&str, &str, Change); 6] = [
        ("recovered-size", "Another size than its bytes have.", |says| says.damage.size += 1),
        ("recovered-zeros-miscounted", "More zeros than there were.", |says| says.damage.zeros += 1),
        ("recovered-digest", "Another digest.", |says| says.damage.digest = Digest::of(b"other")),
        ("recovered-without-bytes", "Without the bytes.", |says| says.damage.bytes = None),
        ("recovered-began-unknown", "It began something known.", |says| says.began = Some(Began::Unknown)),
        ("recovered-began-release", "It began no release.", |says| {
            says.began = Some(Began::Release(Digest::of(b"request")));
        }),
    ];
    let good = || Recovered::of(b"{\"type\":\"breakglass/v1/end\"\0\0").unwrap();
    for (name, about, change) in changes {
        spoiled(world, name, about, Rule::RecoveredContent, |world| {
            let mut says = good();
            change(&mut says);
            world.forge(says, &[world.signs("alice")])
        });
    }
    spoiled(world, "recovered-by-two", "Recorded by two people.", Rule::RepairSigner, |world| {
        world.forge(good(), &[world.signs("alice"), world.signs("bob")])
    });
}
