"""What payers can choose: plans with their features and prices, amounts of money and billing periods."""
