"""The catalog table: what can be sat.

    pk                    sk                     what
    CARD#7#<0..3>         CARD                   the exam, in equal replicas
    LIST#<which>          <date> <time>#<id>     an exam in a listing: all, of a status, of a category, of both
    EXAM#7                Q#<ms>#<first>#<n>     a question, in the order of the exam: when, with which, which of them
    QUESTION#101          POINTER                where the question lies
    PAPERS#7              <version>              a version of the paper exists
    PAPER#7#<version>     PART#<n>               the compiled paper, as students see it
    KEY#7#<version>       PART#<n>               the answer key of that paper
    CATEGORY#5            CATEGORY               a category, and how many exams are in it
    CATEGORIES            <name>                 the categories by name, unique
    STATISTICS            EXAMS                  how many exams there are

An exam's card is what every start of an attempt reads, so it lies in several equal items, written in one
transaction, of which a reader takes one by the student's id: ten thousand students who start in the same seconds
do not read one key. Listings are rows written in that transaction too, rather than an index: they are never behind.
"""
