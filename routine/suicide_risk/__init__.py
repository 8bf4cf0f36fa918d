"""The suicide-risk pathway (suicidriskvägen): from a suspicion to one of the exits the routine allows (R58-R75)."""
