//! Every state that a number of acts leads to, breadth first: what is found first is as short as can be.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::acts::Act;
use crate::invariants::Invariant;
use crate::setting::Model;
use crate::state::{Packed, Part, State, VAULTS};

/// The most acts in a row.
pub const MOST_STEPS: usize = 16;

/// A state, and the way to it: places in the list of acts.
#[derive(Clone, Copy)]
struct Node {
    state: State,
    trail: [u8; MOST_STEPS],
}

/// An invariant that fails, and the acts that lead there.
#[derive(Debug)]
pub struct Failure {
    pub invariant: Invariant,
    pub trail: Vec<Act>,
}

#[derive(Default)]
pub struct Searched {
    /// How many different states were first reached after each number of acts, except after the last.
    pub states: Vec<usize>,
    /// How many times each act led from one state to another.
    pub made: Vec<(Act, u64)>,
    pub failure: Option<Failure>,
}

/// Mixes the words of a key. `HashSet`'s own hasher withstands keys that somebody chose, and takes longer.
#[derive(Default)]
struct Mixer(u64);

impl Hasher for Mixer {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }

    fn write_u64(&mut self, word: u64) {
        let mixed = (self.0 ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ (mixed >> 29);
    }
}

type Keys<K> = HashSet<K, BuildHasherDefault<Mixer>>;

/// States that were seen are kept in this many parts, so that threads seldom wait for each other.
const PARTS: usize = 64;

/// How many states a thread takes at a time.
const SHARE: usize = 256;

struct Search<'a> {
    model: &'a Model,
    invariants: &'a [Invariant],
    acts: Vec<Act>,
    seen: Vec<Mutex<Keys<Packed>>>,
}

/// What one thread has done in one round.
struct Worker<'a> {
    search: &'a Search<'a>,
    /// How many acts led to the states of this round.
    depth: usize,
    /// In the last round states are not remembered: each is only looked at.
    is_last: bool,
    /// What invariants were asked of already: they ask about one vault and the people.
    asked: Keys<Part>,
    found: Vec<Node>,
    made: Vec<u64>,
    failure: Option<Failure>,
}

impl Search<'_> {
    /// Whether a state is new. It is not from now on.
    fn is_new(&self, packed: Packed) -> bool {
        let mut mixer = Mixer::default();
        packed.iter().for_each(|word| mixer.write_u64(*word));
        let part = (mixer.finish() >> 58) as usize;
        self.seen[part].lock().unwrap().insert(packed)
    }

    /// One round: every act in each of these states.
    fn round(&self, nodes: &[Node], depth: usize, is_last: bool) -> Vec<Worker<'_>> {
        let threads = thread::available_parallelism().map_or(2, usize::from);
        let next = AtomicUsize::new(0);
        let work = || {
            let (asked, found, made) = (Keys::default(), Vec::new(), vec![0; self.acts.len()]);
            let mut worker = Worker { search: self, depth, is_last, asked, found, made, failure: None };
            while let Some(share) = nodes.chunks(SHARE).nth(next.fetch_add(1, Ordering::Relaxed)) {
                if share.iter().any(|node| worker.expand(node).is_err()) {
                    break;
                }
            }
            worker
        };
        thread::scope(|scope| {
            let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            running.into_iter().map(|thread| thread.join().unwrap()).collect()
        })
    }
}

impl Worker<'_> {
    /// Makes every act in a state. An error says that an invariant fails: `failure` knows which.
    fn expand(&mut self, node: &Node) -> Result<(), ()> {
        let model = self.search.model;
        for (place, act) in self.search.acts.iter().copied().enumerate() {
            let Some(after) = model.apply(&node.state, act) else { continue };
            let people = after.people != node.state.people;
            let vaults = [0, 1].map(|vault| after.vaults[vault] != node.state.vaults[vault]);
            let changes = people || vaults != [false; VAULTS] || after.missing != node.state.missing;
            // What changes nothing breaks nothing, unless it should have changed something.
            if !changes && act.release_key().is_none() {
                continue;
            }
            let mut trail = node.trail;
            trail[self.depth] = u8::try_from(place).unwrap();
            self.judge(&trail, |invariant| model.holds_across(invariant, &node.state, act, &after))?;
            if !changes {
                continue;
            }
            self.made[place] += 1;
            let next = (!self.is_last).then(|| model.canonical(after));
            if next.is_some_and(|(_, packed)| !self.search.is_new(packed)) {
                continue;
            }
            for vault in (0..VAULTS).filter(|vault| people || vaults[*vault]) {
                if self.asked.insert(after.part(vault)) {
                    self.judge(&trail, |invariant| model.holds_of(invariant, &after, vault))?;
                }
            }
            self.found.extend(next.map(|(state, _)| Node { state, trail }));
        }
        Ok(())
    }

    fn judge(&mut self, trail: &[u8; MOST_STEPS], holds: impl Fn(Invariant) -> bool) -> Result<(), ()> {
        let Some(invariant) = self.search.invariants.iter().find(|invariant| !holds(**invariant)) else {
            return Ok(());
        };
        let trail = trail[..=self.depth].iter().map(|place| self.search.acts[usize::from(*place)]).collect();
        self.failure = Some(Failure { invariant: *invariant, trail });
        Err(())
    }
}

/// Looks at every state that at most `steps` acts lead to, and at every act that leads there.
pub fn search(model: &Model, invariants: &[Invariant], steps: usize) -> Searched {
    let acts = model.acts();
    let seen = (0..PARTS).map(|_| Mutex::default()).collect();
    let search = Search { model, invariants, acts, seen };
    let (state, packed) = model.canonical(model.start());
    search.is_new(packed);
    let made = search.acts.iter().map(|act| (*act, 0)).collect();
    let mut searched = Searched { states: vec![1], made, failure: None };
    let mut nodes = vec![Node { state, trail: [0; MOST_STEPS] }];
    for depth in 0..steps {
        let is_last = depth + 1 == steps;
        let workers = search.round(&nodes, depth, is_last);
        nodes.clear();
        for worker in workers {
            nodes.extend(worker.found);
            searched.made.iter_mut().zip(worker.made).for_each(|((_, all), made)| *all += made);
            searched.failure = searched.failure.or(worker.failure);
        }
        if searched.failure.is_some() || is_last {
            break;
        }
        searched.states.push(nodes.len());
    }
    searched
}
