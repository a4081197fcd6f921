"""Documents of other people's servers, got without becoming their tool.

A badge names addresses; whoever made it chose them. Asking for them from our machine could reach what only we can
reach, or keep us busy. So every request goes through one `Fetcher`, which asks for little and takes little.

    fetch = Fetcher()
    fetch("https://badges.example/issuer.json").content

Decisions
- https alone, to named hosts. The name is resolved once, every address it has must be a public one, and the
  connection goes to an address that was looked at: a name that answers differently the next moment changes nothing.
- Redirects are new addresses: looked at from the beginning, three at most.
- One clock for all of it, name to last byte: three seconds. `together` puts several documents under one clock.
- A document is 1 MiB at most, unpacked; of a kind that badges are made of; packed with gzip or not at all.
- Three documents are waited for at once by one process, for each holds a thread that serves everybody; one more is
  refused without a wait.
- Each host, and each address, is asked at most so many times a minute by one process.
- Settings of the environment such as proxies are not looked at.

`addresses` judges addresses, `connection` speaks to one, `rates` counts, `fetcher` tells the story.
"""
