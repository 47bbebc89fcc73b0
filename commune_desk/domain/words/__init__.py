"""Words that stand by themselves: errors as a person is told them, labels to translate, the audit log's actions."""
