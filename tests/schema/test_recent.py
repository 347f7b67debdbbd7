"""What is kept against a plain model of it: a list in the order of use."""

from hypothesis import given
from hypothesis import strategies as st

from schema.recent import Recent

STEPS = st.lists(st.tuples(st.sampled_from("gk"), st.sampled_from("abcdef"), st.integers(1, 6)), max_size=60)


@given(STEPS, st.integers(1, 12))
def test_what_was_used_last_is_kept_within_the_room(steps: list[tuple[str, str, int]], room: int) -> None:
    recent: Recent[str, int] = Recent(room, weigh=lambda value: value)
    model: list[tuple[str, int]] = []
    for step, key, value in steps:
        found = next((pair for pair in model if pair[0] == key), None)
        if found is not None:
            model.remove(found)
        if step == "g":
            assert recent.get(key) == (found[1] if found is not None else None)
            model += [found] if found is not None else []
            continue
        recent.keep(key, value)
        model += [(key, value)] if value <= room else []
        while sum(weight for _, weight in model) > room:
            del model[0]
        assert len(recent) == len(model)


def test_without_a_weight_each_counts_once() -> None:
    recent: Recent[int, str] = Recent(2)
    for number in range(3):
        recent.keep(number, str(number))
    assert [recent.get(number) for number in range(3)] == [None, "1", "2"]
