"""``python -m assessor`` is the console script ``assessor``."""

from assessor.commands import main

if __name__ == "__main__":
    main()
