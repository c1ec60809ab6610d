"""The handout: one page for those who were asked, so that they get something back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harmony_kit.report.words import load_words

if TYPE_CHECKING:
    from harmony_kit.report.assessment import Assessment

__all__ = ["tell_handout"]


def tell_handout(assessment: Assessment) -> dict[str, Any]:
    """What the handout says: plain texts, none about fewer people than the minimum group.

    A site too small to show has ``silent`` and nothing that was heard.
    """
    # Late: the parts of a report are made of assessments.
    from harmony_kit.report.site_report.next_steps import N_FIRST, first_steps, name_owners
    from harmony_kit.report.site_report.page_one import say_heard
    from harmony_kit.report.site_report.site_view import SiteView
    from harmony_kit.report.site_report.storytelling import say_fact, say_plot

    words, min_group = load_words(assessment.language), assessment.engagement.settings.shown_from
    view = SiteView.of(assessment)
    told = {
        "thanks": words.say("handout.thanks"),
        "kept": words.say("handout.kept", min=min_group),
        "ask": words.say("handout.ask"),
    }
    if not view.is_shown:
        return {**told, "silent": words.say("handout.silent", min=min_group)}
    story = assessment.story
    steps = first_steps(view, N_FIRST)
    facts = [story.common, *story.facts] if story.common else story.facts
    return {
        **told,
        "who": words.say("handout.who", who=words.listing(say_heard(view))),
        "story": say_plot(view, story),
        "facts": [say_fact(view, fact) for fact in facts],
        "words": [
            words.say("handout.agreed", term=one.term, agreed=one.agreed)
            for one in assessment.engagement.agreed_words(assessment.site.site)
        ],
        "actions": [step.finding.action for step in steps],
        "owners": [
            [words.say("handout.owner", owner=owner) for _, owner in name_owners(view, step)]
            for step in steps
        ],
    }
