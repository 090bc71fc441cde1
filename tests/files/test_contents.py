"""What files really are, and what of them is kept."""

import struct
import zlib
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from disputes.errors import Invalid
from disputes.files import contents, pictures
from disputes.files.contents import checked
from disputes.policy.models import Evidence as Limits
from tests.files.factories import from_phone, heic, jpg, pdf, png

LIMITS = Limits(files=5, megabytes_each=10, types=["jpg", "png", "heic", "pdf"])
SIGNATURES = {"jpg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n", "pdf": b"%PDF-"}
SECRET = b"<script>hidden words</script>"


class TestKinds:
    @pytest.mark.parametrize(("content", "kind"), [(jpg(), "jpg"), (png(), "png"), (pdf(), "pdf"), (heic(), "jpg")])
    def test_the_content_decides_not_the_name(self, content: bytes, kind: str) -> None:
        found = checked("holiday.docx", content, LIMITS)
        assert (found.kind, found.file_name) == (kind, f"holiday.{kind}")

    @pytest.mark.parametrize(
        "content",
        [
            b"MZ" + b"\0" * 400,
            b"\x7fELF" + b"\0" * 400,
            b"PK\x03\x04" + b"\0" * 400,
            b"GIF89a" + b"\0" * 40,
            b"RIFF\0\0\0\0WEBPVP8 " + b"\0" * 40,
            b"\0\0\0\x18ftypisom" + b"\0" * 40,
            b"<html><script>alert(1)</script>",
            b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
            b"%!PS-Adobe-3.0\n",
            b"just words",
            b"\xff\xd8",
        ],
    )
    def test_a_name_makes_no_picture(self, content: bytes) -> None:
        for name in ("photo.jpg", "scan.pdf", "screen.png"):
            with pytest.raises(
                Invalid, match="Please send a JPG picture, a PNG picture, a HEIC picture or a PDF"
            ) as wrong:
                checked(name, content, LIMITS)
            assert list(wrong.value.fields) == ["file"]

    def test_what_it_seems_to_be_is_said(self) -> None:
        with pytest.raises(Invalid, match="GIF"):
            checked("IMG_0001.jpg", b"GIF89a" + b"\0" * 40, LIMITS)

    def test_only_types_of_the_policy(self) -> None:
        with pytest.raises(Invalid, match="Please send a PDF"):
            checked("photo.jpg", jpg(), Limits(files=5, megabytes_each=10, types=["pdf"]))

    def test_a_zip_bomb_is_not_unpacked(self) -> None:
        packed = BytesIO()
        with ZipFile(packed, "w", ZIP_DEFLATED) as bomb:
            bomb.writestr("0.txt", bytes(50_000_000))
        with pytest.raises(Invalid):
            checked("photos.png", packed.getvalue(), LIMITS)


class TestSize:
    def test_nothing_is_no_file(self) -> None:
        with pytest.raises(Invalid, match="empty"):
            checked("photo.jpg", b"", LIMITS)

    def test_the_limit_itself_is_still_taken(self) -> None:
        limits = Limits(files=5, megabytes_each=1, types=["pdf"])
        largest = pdf(b" " * (1_000_000 - len(pdf(b""))))
        assert len(largest) == 1_000_000
        assert checked("scan.pdf", largest, limits).content == largest
        with pytest.raises(Invalid, match="larger than 1 MB"):
            checked("scan.pdf", largest + b"\n", limits)


class TestPictures:
    def test_place_device_and_comments_are_gone(self) -> None:
        sent = from_phone()
        assert b"Phone of Mia" in sent
        assert Image.open(BytesIO(sent)).getexif().get_ifd(0x8825), "the test's own picture must have a place"
        kept = checked("IMG_0001.JPG", sent, LIMITS).content
        opened = Image.open(BytesIO(kept))
        assert not opened.getexif()
        assert not opened.getexif().get_ifd(0x8825)
        assert set(opened.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert b"Phone of Mia" not in kept
        assert b"taken at home" not in kept

    def test_it_stands_upright(self) -> None:
        assert Image.open(BytesIO(checked("a.jpg", from_phone((40, 20)), LIMITS).content)).size == (20, 40)

    def test_what_a_png_says_besides_is_gone(self) -> None:
        words, exif = PngInfo(), Image.Exif()
        words.add_text("Author", "Mia Hughes")
        words.add_itxt("Place", "Mia's home", zip=True)
        exif[0x010F] = "Phone of Mia Hughes"
        sent = png(pnginfo=words, exif=exif, icc_profile=b"profile of Mia's screen")
        assert len(Image.open(BytesIO(sent)).info) >= 4
        opened = Image.open(BytesIO(checked("a.png", sent, LIMITS).content))
        opened.load()
        assert opened.info == {}
        assert not opened.getexif()

    @pytest.mark.parametrize("make", [jpg, png])
    def test_nothing_hides_behind_it(self, make: object) -> None:
        sent = (jpg() if make is jpg else png()) + SECRET + b"PK\x03\x04"
        kept = checked("photo.jpg", sent, LIMITS)
        assert SECRET not in kept.content
        assert b"PK\x03\x04" not in kept.content

    @pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
    def test_every_kind_of_png_stays_what_it_shows(self, mode: str) -> None:
        written = BytesIO()
        Image.linear_gradient("L").convert(mode).save(written, "PNG")
        kept = Image.open(BytesIO(checked("a.png", written.getvalue(), LIMITS).content))
        assert kept.convert("L").tobytes() == Image.open(BytesIO(written.getvalue())).convert("L").tobytes()

    def test_transparency_stays(self) -> None:
        written = BytesIO()
        see_through = Image.new("P", (4, 4), 0)
        see_through.save(written, "PNG", transparency=0)
        kept = Image.open(BytesIO(checked("a.png", written.getvalue(), LIMITS).content))
        assert kept.mode == "RGBA"
        assert kept.getpixel((0, 0)) == (0, 0, 0, 0)

    @pytest.mark.parametrize("mode", ["L", "CMYK", "YCbCr"])
    def test_every_kind_of_jpeg_is_taken(self, mode: str) -> None:
        written = BytesIO()
        Image.new(mode, (8, 8)).save(written, "JPEG")
        assert checked("a.jpg", written.getvalue(), LIMITS).kind == "jpg"

    def test_a_film_becomes_its_first_picture(self) -> None:
        written = BytesIO()
        first, second = Image.new("RGB", (4, 4), "red"), Image.new("RGB", (4, 4), "blue")
        first.save(written, "PNG", save_all=True, append_images=[second])
        kept = checked("a.png", written.getvalue(), LIMITS).content
        assert b"fcTL" in written.getvalue()
        assert b"fcTL" not in kept

    def test_half_a_picture_is_refused(self) -> None:
        noise, jpeg, portable = Image.effect_noise((200, 200), 80), BytesIO(), BytesIO()
        noise.save(jpeg, "JPEG")
        noise.save(portable, "PNG")
        for whole in (jpeg.getvalue(), portable.getvalue()):
            assert checked("photo.jpg", whole, LIMITS)
            with pytest.raises(Invalid, match="damaged"):
                checked("photo.jpg", whole[: len(whole) // 2], LIMITS)


class TestHeic:
    def test_becomes_an_upright_jpeg_without_what_the_camera_wrote(self) -> None:
        sent = heic((40, 20))
        assert b"Phone of Mia" in sent
        kept = checked("IMG_0001.HEIC", sent, LIMITS)
        opened = Image.open(BytesIO(kept.content))
        assert (kept.kind, kept.file_name, opened.format, opened.size) == ("jpg", "IMG_0001.jpg", "JPEG", (20, 40))
        assert not opened.getexif()
        assert b"Phone of Mia" not in kept.content

    def test_shows_what_it_showed(self) -> None:
        opened = Image.open(BytesIO(checked("a.heic", heic(colour="red"), LIMITS).content))
        red, green, blue = opened.convert("RGB").getpixel((5, 5))  # type: ignore[misc]
        assert (red > 220, green < 40, blue < 40) == (True, True, True)

    def test_half_of_one_is_refused(self) -> None:
        sent = heic((300, 200))
        with pytest.raises(Invalid, match="damaged"):
            checked("a.heic", sent[: len(sent) // 2], LIMITS)
        with pytest.raises(Invalid, match="damaged"):
            checked("a.heic", sent[:40] + bytes(400), LIMITS)

    def test_too_many_pixels(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pictures, "MOST_OF_HEIC", 40 * 20)
        assert checked("a.heic", heic((40, 20)), LIMITS)
        with pytest.raises(Invalid, match="too many pixels"):
            checked("a.heic", heic((42, 20)), LIMITS)

    def test_a_very_large_photograph_is_halved(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pictures, "MOST_PIXELS", 10_000)
        assert Image.open(BytesIO(checked("a.heic", heic((200, 100)), LIMITS).content)).size == (50, 100)

    def test_one_that_is_larger_than_it_says_is_not_unpacked(self) -> None:
        sent = heic((800, 800))
        at = sent.index(b"ispe") + 8
        with pytest.raises(Invalid, match="damaged"):
            checked("a.heic", sent[:at] + struct.pack(">II", 40, 40) + sent[at + 8 :], LIMITS)

    def test_only_where_the_policy_takes_it(self) -> None:
        with pytest.raises(Invalid, match=r"Please send a JPG picture\. This one looks like"):
            checked("photo.jpg", heic(), Limits(files=5, megabytes_each=10, types=["jpg"]))


class TestBombs:
    @pytest.mark.parametrize("size", [(30_000, 30_000), (2**31 - 1, 2**31 - 1), (22_000_001, 1), (0, 0)])
    def test_a_png_that_says_it_is_huge_is_not_unpacked(self, size: tuple[int, int]) -> None:
        with pytest.raises(Invalid):
            checked("photo.png", png_of_zeros(*size), LIMITS)

    def test_a_real_one_of_too_many_pixels(self) -> None:
        assert len(png_of_zeros(5000, 5000, rows=5000)) < 200_000
        with pytest.raises(Invalid, match="too many pixels"):
            checked("photo.png", png_of_zeros(5000, 5000, rows=5000), LIMITS)

    def test_words_that_unfold_without_end(self) -> None:
        chunk = b"Comment\0\0" + zlib.compress(bytes(200_000_000), 9)
        sent = png()
        at = sent.index(b"IDAT") - 4
        bomb = sent[:at] + png_chunk(b"zTXt", chunk) + sent[at:]
        assert len(bomb) < 300_000
        with pytest.raises(Invalid):
            checked("photo.png", bomb, LIMITS)

    def test_a_large_photograph_is_halved(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pictures, "MOST_PIXELS", 10_000)
        assert Image.open(BytesIO(checked("a.jpg", jpg((200, 200)), LIMITS).content)).size == (100, 100)
        with pytest.raises(Invalid, match="too many pixels"):
            checked("a.jpg", jpg((201, 200)), LIMITS)

    @settings(max_examples=300, deadline=None)
    @given(start=st.sampled_from([jpg((30, 30)), png((30, 30)), from_phone(), pdf(), heic((30, 30))]), data=st.data())
    def test_a_file_made_to_break_it_is_taken_or_refused(self, start: bytes, data: st.DataObject) -> None:
        broken = bytearray(start)
        for _ in range(data.draw(st.integers(1, 6))):
            broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
        try:
            kept = checked("photo.jpg", bytes(broken), LIMITS)
        except Invalid as wrong:
            assert list(wrong.fields) == ["file"]
        else:
            assert kept.content.startswith(SIGNATURES[kept.kind])


class TestPdf:
    @pytest.mark.parametrize(
        "content",
        [b"%PDF-", b"%PDF-1.7\nno end", b"%PDF-9.9\n%%EOF", b"%PDF-x\n%%EOF", b"%PDF-1.7\n%%EOF" + b"PK" * 5000],
    )
    def test_a_header_alone_is_no_pdf(self, content: bytes) -> None:
        with pytest.raises(Invalid, match="damaged or incomplete"):
            checked("scan.pdf", content, LIMITS)

    def test_one_with_something_before_it_is_refused(self) -> None:
        with pytest.raises(Invalid):
            checked("scan.pdf", b"MZ\0\0" + pdf(), LIMITS)

    def test_it_is_kept_as_it_came(self) -> None:
        assert checked("scan.pdf", pdf(), LIMITS).content == pdf()


class TestNames:
    @pytest.mark.parametrize(
        ("given_name", "kept"),
        [
            ("receipt.jpg", "receipt.jpg"),
            ("photo.jpg.exe", "photo.jpg"),
            ("../../etc/passwd", "passwd.jpg"),
            ("C:\\Users\\Mia\\photo.jpg", "photo.jpg"),
            ("gpj\u202eexe.photo", "gpjexe.jpg"),
            ("", "file.jpg"),
            (".htaccess", "htaccess.jpg"),
            (".exe", "file.jpg"),
            ("...", "file.jpg"),
            ("a\r\nSet-Cookie: x.jpg", "aSet-Cookie_ x.jpg"),
            ('a"b;c%0d.jpg', "a_b_c_0d.jpg"),
            ("Zoë's Päckchen 包裹.jpg", "Zoë's Päckchen 包裹.jpg"),
            ("n" * 300 + ".jpg", "n" * 100 + ".jpg"),
        ],
    )
    def test_are_safe_to_show(self, given_name: str, kept: str) -> None:
        assert checked(given_name, jpg(), LIMITS).file_name == kept

    @given(name=st.text(max_size=300))
    def test_whatever_they_are(self, name: str) -> None:
        kept = checked(name, pdf(), LIMITS).file_name
        assert kept.endswith(".pdf")
        assert 4 < len(kept) <= contents.LONGEST_NAME + 4
        assert not set(kept) & set('/\\\r\n\t"<>;%\u202e\0')
        assert not kept.startswith(".")


def png_of_zeros(width: int, height: int, *, rows: int = 1) -> bytes:
    """A PNG that claims that size, and has so many rows."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packer = zlib.compressobj(9)
    row = bytes(1 + 3 * min(width, 5000))
    pixels = b"".join(packer.compress(row) for _ in range(rows)) + packer.flush()
    chunks = png_chunk(b"IHDR", header) + png_chunk(b"IDAT", pixels) + png_chunk(b"IEND", b"")
    return SIGNATURES["png"] + chunks


def png_chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
