"""One front for everything a page or a worker may ask of the database."""

from sms4a.campaigns.again import Again
from sms4a.campaigns.brakes import Brakes
from sms4a.campaigns.database import Database
from sms4a.campaigns.drafts import Drafts
from sms4a.campaigns.ledger import Ledger
from sms4a.campaigns.lists.contact_lists import Lists
from sms4a.campaigns.lists.memory import Memory
from sms4a.campaigns.lists.opt_outs import OptOuts
from sms4a.campaigns.lists.saved_lists import SavedLists
from sms4a.campaigns.message_templates import MessageTemplates
from sms4a.campaigns.prices import Prices
from sms4a.campaigns.results.jobs import Jobs
from sms4a.campaigns.results.persons import Persons
from sms4a.campaigns.results.reports import Reports
from sms4a.campaigns.reveals import Reveals
from sms4a.campaigns.sending.messages import Messages
from sms4a.campaigns.sending.trials import Trials
from sms4a.campaigns.sending.undecided import Undecided


class Store:
    """The verbs, by subject. All hand out frozen plain objects; none keeps a connection open between calls."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.again = Again(database)
        self.brakes = Brakes(database)
        self.drafts = Drafts(database)
        self.lists = Lists(database)
        self.memory = Memory(database)
        self.opt_outs = OptOuts(database)
        self.ledger = Ledger(database)
        self.jobs = Jobs(database)
        self.persons = Persons(database)
        self.reports = Reports(database)
        self.reveals = Reveals(database)
        self.messages = Messages(database)
        self.message_templates = MessageTemplates(database)
        self.prices = Prices(database)
        self.saved_lists = SavedLists(database)
        self.trials = Trials(database)
        self.undecided = Undecided(database)

    def close(self) -> None:
        self.database.close()
