"""The learner's way: from the scanned card to the result, and the board on which staff follow it.

The journey of one answer: `views.answer` → `delivery.answer` → ``items.scoring.score`` → `models.Response` →
``psychometrics.adaptive.next_step`` → the next `models.Presentation`, stored before it is shown, or `finishing.finish`.
"""
