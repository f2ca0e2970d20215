//! A map that is shared, compared with the standard one.

use std::collections::BTreeMap;

use super::*;

/// Numbers that look random, the same in each run.
fn dice(seed: u64) -> impl FnMut(u64) -> u64 {
    let mut state = seed;
    move |below| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    }
}

fn is_balanced<K, V>(tree: &Tree<K, V>) -> bool {
    tree.as_ref().is_none_or(|node| {
        let (left, right) = (height(&node.left), height(&node.right));
        node.height == 1 + left.max(right)
            && left.abs_diff(right) <= 1
            && is_balanced(&node.left)
            && is_balanced(&node.right)
    })
}

#[test]
fn it_is_a_map_and_its_copies_stay_as_they_were() {
    let mut roll = dice(7);
    let (mut map, mut plain) = (SharedMap::default(), BTreeMap::new());
    let mut copies = Vec::new();
    for step in 0..20_000 {
        let key = roll(300);
        match roll(3) {
            0 => assert_eq!(map.remove(&key), plain.remove(&key)),
            1 => assert_eq!(map.insert(key, step), plain.insert(key, step)),
            _ => assert_eq!(map.get_or_insert(key, step), plain.entry(key).or_insert(step)),
        }
        assert_eq!((map.len(), map.get(&key)), (plain.len(), plain.get(&key)));
        if roll(500) == 0 {
            copies.push((map.clone(), plain.clone()));
        }
    }
    copies.push((map, plain));
    for (map, plain) in copies {
        assert!(is_balanced(&map.root));
        assert!(map.iter().eq(&plain));
        let from = roll(300);
        assert!(map.from(&from).eq(plain.range(from..)));
    }
}

#[test]
fn what_is_new_since_a_copy_is_found_without_looking_at_the_rest() {
    let before: SharedMap<_, _> = (0..100_000_u32).map(|key| (2 * key, 0)).collect();
    let mut after = before.clone();
    for key in [7, 70_001, 199_999] {
        after.insert(key, 1);
    }
    *after.get_mut(&500).unwrap() = 2;
    let since = after.since(&before);
    let new: Vec<_> = since.iter().filter(|(_, value)| **value > 0).map(|(key, _)| **key).collect();
    assert_eq!(new, [7, 500, 70_001, 199_999]);
    assert!(since.len() < 120, "{}", since.len());
    let mut joined = before.clone();
    joined.join(&after, &before);
    assert!(joined.iter().eq(after.iter()));
}
