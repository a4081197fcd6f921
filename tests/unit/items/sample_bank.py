"""A small valid bank folder in English and Spanish, for tests to read, and to break."""

from __future__ import annotations

from pathlib import Path

from assessor.items.bank_checks import Outcomes
from assessor.items.item import Item
from assessor.items.parameter_files import parameters_csv
from assessor.items.source import read_bank
from assessor.items.speech import sound_name
from assessor.items.translation_files import catalogue

OUTCOMES: Outcomes = {
    "LO2.1.10": range(1, 3),
    "LO4.1.03": range(1, 3),
    "LO4.2.05": range(1, 3),
    "LO4.2.20": range(3, 5),
}

BANK = """\
code: sample
title: A sample
framework: digcomp-3.0
source_language: en
licence: CC-BY-4.0
competences: ["2.1", "4.1", "4.2"]
languages: [en, es]
"""

CHOICE = """\
id: fs-41-update
kind: choice
outcome: LO4.1.03
can: updates the phone when it asks
cannot: taps "later" for months
level: 1
complexity: 0
agreed: true
reading_load: 2
setting: cleaning
enemies: [fs-41-note]
stem: Your phone asks for an update. What do you do?
options:
  - id: wifi
    text: Update now
    icon: wifi
  - id: later
    text: Press Later
    why_wrong: The phone keeps its old weak points.
  - id: "off"
    text: No
    why_wrong: The phone asks again tomorrow.
key: [wifi]
note: What is tested is that an update is done soon.
"""

CHOICES = """\
id: fs-42-profile
kind: choices
outcome: LO4.2.20
can: hides what strangers need not know
cannot: shows everything
level: 3
complexity: 1
agreed: false
reading_load: 2
setting: home
stem: You make a profile. Which two things do you hide?
order: fixed
options:
  - {id: name, text: First name, why_wrong: Friends need a name.}
  - {id: street, text: Home address}
  - {id: birthday, text: Date of birth}
key: [street, birthday]
note: The address and the date of birth help thieves.
"""

PICTURE = """\
id: fs-41-note
kind: picture
outcome: LO4.1.03
can: sees the password on the desk
cannot: overlooks it
level: 2
complexity: -1
agreed: true
reading_load: 1
setting: hotel
stem: Tap the thing to put away.
picture:
  file: desk.svg
  alt: A desk with a cup and a note
options:
  - id: note
    text: The note
    box: [10, 10, 60, 60]
  - id: cup
    text: The cup
    why_wrong: A cup tells nobody a password.
    box: [100, 10, 60, 60]
key: [note]
note: The note has the password.
"""

SIMULATION = """\
id: fs-42-inbox
kind: simulation
outcome: LO4.2.05
can: sees that the bank is not the bank
cannot: believes the name
level: 2
complexity: 0
agreed: false
reading_load: 3
setting: kitchen
stem: One message is a trick. Move it to Junk.
simulation:
  kind: inbox
  messages:
    - id: rosa
      sender: Rosa, kitchen
      address: rosa@kitchen.example
      time: 8:10
      subject: Shift plan
      body: Here is the plan for next week.
      attachment: shifts.pdf
    - id: bank
      sender: Your bank
      address: win@prizes.example
      time: 7:50
      subject: Send your PIN today
      body: Your card is closed. Send your PIN.
  goal: {bank: junk}
  why_wrong: {rosa: Rosa sends a plan every week.}
note: The address gives the trick away.
"""

PRACTICE = """\
id: practice-cup
kind: choice
outcome: LO2.1.10
can: taps one of three
cannot: taps nothing
level: 1
complexity: 0
agreed: true
reading_load: 1
setting: home
practice: true
stem: Choose the cup.
options:
  - {id: cup, text: Cup}
  - {id: leaf, text: Leaf, why_wrong: This is practice.}
  - {id: lamp, text: Lamp, why_wrong: This is practice.}
key: [cup]
note: For practice only.
"""

DESK = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 240">
  <g fill="#FFD95A"><rect x="10" y="10" width="60" height="60"/></g>
  <circle cx="130" cy="40" r="30" fill="#9A3B1B"/>
</svg>
"""

FILES = {
    "bank.yaml": BANK,
    "items/4.1/fs-41-update.yaml": CHOICE,
    "items/4.1/fs-41-note.yaml": PICTURE,
    "items/4.2/fs-42-profile.yaml": CHOICES,
    "items/4.2/fs-42-inbox.yaml": SIMULATION,
    "items/practice/practice-cup.yaml": PRACTICE,
    "media/desk.svg": DESK,
}
UPDATE, NOTE, PROFILE, INBOX, CUP = (
    "items/4.1/fs-41-update.yaml",
    "items/4.1/fs-41-note.yaml",
    "items/4.2/fs-42-profile.yaml",
    "items/4.2/fs-42-inbox.yaml",
    "items/practice/practice-cup.yaml",
)
SPANISH = "translations/es.po"
SOUND = b"ID3 a sound"


class SampleBank:
    """The files of the sample below a folder; every text is translated as `[es] …`, the practice item heard.

    One translation is fuzzy, all others are approved.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name, text in FILES.items():
            self.write(name, text)
        items = self.items()
        self.write("parameters.csv", parameters_csv(items))
        self.write(SPANISH, spanish(catalogue(items, "es")))
        for text in ("Choose the cup.", "Cup", "Leaf", "Lamp"):
            self.write_bytes(f"media/{sound_name('en', text)}", SOUND)
            self.write_bytes(f"media/{sound_name('es', '[es] ' + text)}", SOUND)

    def items(self) -> tuple[Item, ...]:
        """Read the items, whatever else is missing."""
        bank = read_bank(self.folder, OUTCOMES).bank
        assert bank is not None
        return bank.items

    def read(self, name: str) -> str:
        """Give the text of a file."""
        return (self.folder / name).read_text(encoding="utf-8")

    def write(self, name: str, text: str) -> None:
        """Write a text file."""
        self.write_bytes(name, text.encode())

    def write_bytes(self, name: str, content: bytes) -> None:
        """Write any file."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def replace(self, name: str, old: str, new: str) -> int:
        """Change a text that stands once in a file, and give its line."""
        text = self.read(name)
        assert text.count(old) == 1, (name, old, text.count(old))
        self.write(name, text.replace(old, new))
        return text[: text.index(old)].count("\n") + 1


def spanish(po: str) -> str:
    """Fill the empty translations of a PO file; the last one stays unreviewed."""
    lines, source = [], ""
    for line in po.split("\n"):
        if line.startswith("msgid "):
            source = line.removeprefix("msgid ").strip('"')
        lines.append(f'msgstr "[es] {source}"' if line == 'msgstr ""' and source else line)
    last = max(number for number, line in enumerate(lines) if line.startswith("msgctxt"))
    return "\n".join([*lines[:last], "#, fuzzy", *lines[last:]])
