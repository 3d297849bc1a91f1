"""The catalog table: exams, their questions and papers.

    pk                    sk                     what
    CARD#7#<0..3>         CARD                   the exam, in equal replicas
    LIST#<which>          <date> <time>#<id>     an exam in a list; see `listings`
    EXAM#7                Q#<ms>#<first>#<n>     a question, in the order of the exam: when, with which, which of them
    EXAM#7                PASSAGE#<id>           a passage of the exam
    PASSAGE#31            POINTER                the exam that the passage is in
    QUESTION#101          POINTER                the exam and the sort key of the question
    PAPERS#7              <version>              a version of the paper exists
    PAPER#7#<version>     PART#<n>               the compiled paper, as students see it
    KEY#7#<version>       PART#<n>               the answer key of that paper
    CATEGORY#5            CATEGORY               a category, and how many exams are in it
    CATEGORIES            <name>                 the categories by name, unique
    STATISTICS            EXAMS                  how many exams there are

Every start of an attempt reads its exam's card. The card is stored in several equal items, written in one transaction,
and a reader picks one by the student's id, so ten thousand students who start within seconds do not read one key.
Listings are items written in the same transaction instead of an index, so they never lag.
"""
