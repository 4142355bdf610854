"""Text as programs meet it: made, split, counted, matched, formatted, sorted and put together again."""
import bench
import re
from collections import Counter

SYLLABLES = ["ka", "lo", "min", "tar", "es", "vo", "ri", "den", "su", "pel", "an", "goth", "ir", "ba", "quo"]
DATE = re.compile(r"\b(\d{1,2})\.(\d{1,2})\.(\d{4})\b")
ADDRESS = re.compile(r"(?P<who>[a-z]+)@(?P<where>[a-z]+)\.org")


class Random:
    def __init__(self, state):
        self.state = state

    def up_to(self, n):
        self.state = (self.state * 1664525 + 1013904223) & 0xFFFFFFFF
        return (self.state >> 8) % n


def page(draw, sentences):
    parts = []
    for s in range(sentences):
        words = []
        for _ in range(4 + draw(9)):
            word = "".join(SYLLABLES[draw(len(SYLLABLES))] for _ in range(1 + draw(3)))
            if draw(17) == 0:
                word = f"{word}@{SYLLABLES[draw(9)]}.org"
            elif draw(13) == 0:
                word = f"{1 + draw(28)}.{1 + draw(12)}.{1990 + draw(40)}"
            words.append(word)
        sentence = " ".join(words)
        parts.append(sentence[0].upper() + sentence[1:] + ("!" if draw(5) == 0 else ".") + ("\n\n" if s % 6 == 5 else " "))
    return "".join(parts)


def wrapped(text, width):
    lines = []
    for paragraph in text.split("\n\n"):
        line = ""
        for word in paragraph.split():
            if len(line) + len(word) + 1 > width:
                lines.append(line)
                line = word
            else:
                line = f"{line} {word}" if line else word
        lines.append(line)
    return lines


def checksum(text):
    h = 7
    for c in text:
        h = (h * 31 + ord(c)) & 0xFFFFFFFF
    return h


draw = Random(4711).up_to
bench.start()
mixed = found = lines = 0
for _ in range(16):
    text = DATE.sub(lambda m: f"{m[3]}-{int(m[2]):02}-{int(m[1]):02}", page(draw, 120))
    counts = Counter(re.split(r"[^a-z]+", text.lower()))
    del counts[""]
    most = ", ".join(f"{w} {n}" for w, n in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:3])
    where = sorted(f"{m['where']}/{m['who']}" for m in ADDRESS.finditer(text))
    found += len(where)
    folded = wrapped(text, 72)
    lines += len(folded)
    mixed = (mixed * 17 + checksum("\n".join(folded).title()) + checksum(",".join(where))) & 0xFFFFFFFF
bench.end()
print("last page:", most)
print("addresses", found, "lines", lines, "checksum", f"{mixed:x}")
