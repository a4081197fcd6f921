"""The languages of the pages for employers: nineteen, each with a file of words in `static/words`.

They are more than those of the learner's pages (`locale`), and translated by other people: whoever holds a certificate
in the hand reads the answer in a language of their own.
"""

from assessor.locale import Language

#: In the order in which they are offered after those that the browser names.
LANGUAGES = (
    Language("en", "English"),
    Language("mt", "Malti"),
    Language("lv", "Latviešu"),
    Language("el", "Ελληνικά"),
    Language("es", "Español"),
    Language("ar", "العربية", "rtl"),
    Language("uk", "Українська"),
    Language("ru", "Русский"),
    Language("fr", "Français"),
    Language("ne", "नेपाली"),
    Language("bn", "বাংলা"),
    Language("it", "Italiano"),
    Language("ro", "Română"),
    Language("hi", "हिन्दी"),
    Language("ur", "اردو", "rtl"),
    Language("fa", "فارسی", "rtl"),
    Language("ti", "ትግርኛ"),
    Language("so", "Soomaali"),
    Language("tr", "Türkçe"),
)
BY_CODE = {language.code: language for language in LANGUAGES}
