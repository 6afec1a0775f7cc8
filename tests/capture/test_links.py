"""Links as people paste them: whose post, and when two are the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.capture import read_link
from monitor.models import Platform


@pytest.mark.parametrize(
    ("text", "platform", "handle", "post", "comment"),
    [
        ("https://www.instagram.com/p/Cx_1-aZ/?igsh=abc", Platform.INSTAGRAM, "", "Cx_1-aZ", ""),
        ("https://www.instagram.com/contohbersinar/p/Cx_1-aZ/", Platform.INSTAGRAM, "contohbersinar", "Cx_1-aZ", ""),
        ("https://www.instagram.com/p/Cx_1-aZ/c/178001/", Platform.INSTAGRAM, "", "Cx_1-aZ", "178001"),
        ("instagram.com/reel/Cx_1-aZ", Platform.INSTAGRAM, "", "Cx_1-aZ", ""),
        ("https://www.instagram.com/stories/sari.contoh/31234/", Platform.INSTAGRAM, "sari.contoh", "31234", ""),
        ("https://www.tiktok.com/@sari.contoh/video/7300000000000000001?lang=id", Platform.TIKTOK, "sari.contoh", "7300000000000000001", ""),
        ("Lihat video ini https://vt.tiktok.com/ZSabc/ di TikTok", Platform.TIKTOK, "ZSabc", "", ""),
        ("https://x.com/sari_contoh/status/1999000000000000001?s=20", Platform.X, "sari_contoh", "1999000000000000001", ""),
        ("https://twitter.com/i/status/1999000000000000001", Platform.X, "", "1999000000000000001", ""),
        ("https://mobile.twitter.com/sari_contoh/status/1999000000000000001", Platform.X, "sari_contoh", "1999000000000000001", ""),
        ("https://www.threads.com/@sari.contoh/post/DAbc", Platform.THREADS, "sari.contoh", "DAbc", ""),
        ("https://youtu.be/aBc-123_xyz?si=q", Platform.YOUTUBE, "", "aBc-123_xyz", ""),
        ("https://www.youtube.com/watch?v=aBc-123_xyz&lc=UgzKomentar.9balas", Platform.YOUTUBE, "", "aBc-123_xyz", "UgzKomentar"),
        ("https://www.youtube.com/shorts/aBc-123_xyz", Platform.YOUTUBE, "", "aBc-123_xyz", ""),
        ("https://web.facebook.com/sari.contoh/posts/pfbid0abc?comment_id=99", Platform.FACEBOOK, "sari.contoh", "pfbid0abc", "99"),
        ("https://m.facebook.com/story.php?story_fbid=123456&id=100", Platform.FACEBOOK, "", "123456", ""),
        ("https://www.facebook.com/photo/?fbid=123456&set=a.1", Platform.FACEBOOK, "", "123456", ""),
        ("https://bsky.app/profile/did:plc:abc/post/3kxyz", Platform.BLUESKY, "", "at://did:plc:abc/app.bsky.feed.post/3kxyz", ""),
        ("https://bsky.app/profile/sari.contoh.invalid/post/3kxyz", Platform.BLUESKY, "sari.contoh.invalid", "", ""),
        ("https://mastodon.contoh.invalid/@sari/1122334455", Platform.MASTODON, "sari@mastodon.contoh.invalid", "https://mastodon.contoh.invalid/@sari/1122334455", ""),
        ("https://warta.contoh.invalid/berita/1", Platform.OTHER, "", "", ""),
    ],
)  # fmt: skip
def test_a_link_says_whose_post_it_is(text: str, platform: Platform, handle: str, post: str, comment: str) -> None:
    link = read_link(text)
    assert link is not None
    assert (link.platform, link.handle, link.post_id, link.comment_id) == (platform, handle, post, comment)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://www.instagram.com/p/Cx_1/?igsh=a", "http://instagram.com/contoh/p/Cx_1"),
        ("https://twitter.com/a/status/1999000000000000001", "https://x.com/i/status/1999000000000000001?t=1&s=20"),
        ("https://m.youtube.com/watch?v=aBc-123_xyz&t=5", "https://youtu.be/aBc-123_xyz"),
        ("https://www.facebook.com/a/posts/pfbid0abc?mibextid=1", "https://m.facebook.com/a/posts/pfbid0abc"),
        ("https://warta.contoh.invalid/berita/1?utm_source=wa", "http://www.warta.contoh.invalid/berita/1/"),
    ],
)
def test_the_same_post_has_the_same_key(one: str, other: str) -> None:
    left, right = read_link(one), read_link(other)
    assert left is not None
    assert right is not None
    assert left.key == right.key


def test_different_posts_have_different_keys() -> None:
    keys = [
        link.key
        for text in (
            "https://x.com/a/status/1", "https://x.com/a/status/1234", "https://x.com/a/status/1235",
            "https://www.instagram.com/p/1234/", "https://www.tiktok.com/@a/video/1234",
        )
        if (link := read_link(text)) is not None
    ]  # fmt: skip
    assert len(set(keys)) == 5


@pytest.mark.parametrize(
    "text", ["", "halo", "javascript:alert(1)", "https://", "https://tanpatitik/x", "http://[", "https://a.b\u202e/c", "data:text/html,x"]
)  # fmt: skip
def test_what_is_no_link_gives_none(text: str) -> None:
    assert read_link(text) is None


@given(st.text(max_size=300) | st.from_regex(r"https?://[a-z./?=&@#%0-9:\[\]]{0,80}"))
def test_no_text_breaks_it(text: str) -> None:
    link = read_link(text)
    if link is not None:
        assert link.url.casefold().startswith(("http://", "https://"))
        assert link.url.isprintable()
        assert link.key


def test_a_link_that_asks_for_very_much_is_still_a_link() -> None:
    """Found by fuzzing: more than fifty questions in an address ended in an error."""
    many = "&".join(f"a{number}=1" for number in range(120))
    found = read_link(f"https://www.youtube.com/watch?v=dQw4w9WgXcQ&{many}")
    assert found is not None
    assert found.key == "youtube:dQw4w9WgXcQ"
