"""What each understood call says, a module for each subject; the registry names them all."""
